"""Tells who sent a perinatal message from its JSON alone, for the desk, in case the message cannot be read."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from adapters.extract import BOARD, SYSTEM


def sender_of(raw: bytes) -> tuple[str, str]:
    """Return system and board as far as they can be told without reading the message; each is blank when it cannot.

    The board is found as the reader finds it: the woman's own, else the sender's.
    """
    try:
        entries = _at(json.loads(raw, object_pairs_hook=_stated_once), "entry")
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(entries, list) or not entries:
        return "", ""
    header = _at(entries[0], "resource")
    name = _at(header, "source", "name")
    system = name.strip().lower() if isinstance(name, str) else ""
    sender = _at(header, "sender") if _at(header, "resourceType") == "MessageHeader" else None
    board = _board(_at(_woman(entries), "managingOrganization")) or _board(sender)
    return (system if SYSTEM.fullmatch(system) else ""), board


def _stated_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leave out a key that stands twice: nobody knows which of the two counts."""
    times = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if times[key] == 1}


def _woman(entries: list[Any]) -> Any:
    """Return the Patient whom the message's one request is about; None when that cannot be told."""
    requests = [one for entry in entries if _at(one := _at(entry, "resource"), "resourceType") == "ServiceRequest"]
    reference = _at(requests[0], "subject", "reference") if len(requests) == 1 else None
    if not isinstance(reference, str) or not reference:
        return None
    found = [_at(entry, "resource") for entry in entries if reference in _references(entry)]
    return found[0] if len(found) == 1 and _at(found[0], "resourceType") == "Patient" else None


def _references(entry: Any) -> tuple[Any, ...]:
    resource = _at(entry, "resource")
    return _at(entry, "fullUrl"), f"{_at(resource, 'resourceType')}/{_at(resource, 'id')}"


def _board(reference: Any) -> str:
    code = _at(reference, "identifier", "value")
    return code if isinstance(code, str) and BOARD.fullmatch(code) else ""


def _at(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None when there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
