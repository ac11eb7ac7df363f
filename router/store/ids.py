"""Ids: positive 63-bit integers that rise with time and that no two processes of a store share.

From the top: 41 bits of milliseconds since 2024-01-01 UTC (enough until 2093), 12 bits of process number, 10 bits of
counter. Rows are so appended at the end of their tables, and no process needs to ask another for an id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from router.model.errors import Reason

#: 2024-01-01T00:00:00Z in milliseconds since the epoch.
START_MS = 1_704_067_200_000

_COUNTER_BITS = 10
_PROCESS_BITS = 12
_TIME_BITS = 41
_PROCESSES = 1 << _PROCESS_BITS
_COUNTS = 1 << _COUNTER_BITS
_LAST = (1 << (_TIME_BITS + _PROCESS_BITS + _COUNTER_BITS)) - 1

# Crockford's alphabet, lower case: no i, l, o or u to misread.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DIGITS = {sign: value for value, sign in enumerate(_ALPHABET)}
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_WIDTH = 13


class MalformedIdError(ValueError):
    """A text is not an id of the kind asked for. The message never repeats the text: it may be a patient's."""

    reason = Reason.INVALID_FIELD


class IdSource:
    """Gives ids, each greater than the one before. May be shared by threads.

    ``process_number`` comes from ``Store.claim_process_number``; ``now_ms`` returns milliseconds since the epoch.
    When the clock goes back, or more than 1,024 ids fall into one millisecond, ids run ahead of the clock.
    """

    def __init__(self, process_number: int, now_ms: Callable[[], int]) -> None:
        if not 0 <= process_number < _PROCESSES:
            raise ValueError(f"process number {process_number} is not between 0 and {_PROCESSES - 1}")
        self._process = process_number << _COUNTER_BITS
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._last_ms = 0
        self._count = 0

    def new(self) -> int:
        """Return a new id."""
        with self._lock:
            # At least 1, so that a clock before 2024 does not give the id 0, which means "none".
            now = max(1, self._now_ms() - START_MS)
            if now > self._last_ms:
                self._last_ms, self._count = now, 0
            elif self._count + 1 < _COUNTS:
                self._count += 1
            else:
                self._last_ms, self._count = self._last_ms + 1, 0
            if self._last_ms >> _TIME_BITS:
                raise OverflowError("the clock is past 2093, where ids end; set the clock")
            return self._last_ms << (_PROCESS_BITS + _COUNTER_BITS) | self._process | self._count


def render(prefix: str, identifier: int) -> str:
    """Return the one text of an id, such as ``fam-0b4x2m6t9k8qe``: the prefix and 13 signs of Crockford's base32."""
    if not 0 < identifier <= _LAST:
        raise ValueError(f"{identifier} is not an id: it is not between 1 and 2^63 - 1")
    pairs = "".join([_PAIRS[identifier >> shift & 1023] for shift in range(5 * (_WIDTH - 3), -1, -10)])
    return f"{prefix}-{_ALPHABET[identifier >> 5 * (_WIDTH - 1)]}{pairs}"


def parse(prefix: str, text: str) -> int:
    """Return the id of a text that ``render`` gave for this prefix; anything else raises ``MalformedIdError``."""
    head, dash, signs = text.rpartition("-")
    identifier = 0
    if head == prefix and dash and len(signs) == _WIDTH:
        for sign in signs:
            identifier = identifier << 5 | _DIGITS.get(sign, -1)
            if identifier < 0:
                break
    if not 0 < identifier <= _LAST:
        raise MalformedIdError(f'not an id: expected "{prefix}-" and {_WIDTH} of the signs {_ALPHABET}')
    return identifier
