"""What a fault program found: counts to print, and faults of which there must be none."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field

_MOST_SHOWN = 10


@dataclass(kw_only=True)
class Outcome:
    """What came of a run. Everything in ``faults`` must stay empty: by kind of fault, what it befell."""

    store: str
    seconds: float = 0.0
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def progress(self, done: int, of: int) -> None:
        """Say on standard error how far the run is, at every twentieth of it."""
        if done * 20 // of > (done - 1) * 20 // of:
            sys.stderr.write(f"{self.store}: {done:,} of {of:,}\n")

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values, of each kind of fault the number."""
        faults = {name: len(each) for name, each in self.faults.items() if each}
        return {**vars(self), "seconds": round(self.seconds, 1), "faults": faults}

    def tell(self) -> None:
        """Print the counts, and the faults on standard error; end the program with 1 when there are any."""
        sys.stdout.write(json.dumps(self.as_json(), indent=1) + "\n")
        for name, each in ((name, each) for name, each in self.faults.items() if each):
            sys.stderr.write("\n  ".join([f"{name}: {len(each)}", *each[:_MOST_SHOWN]]) + "\n")
        sys.exit(any(self.faults.values()))
