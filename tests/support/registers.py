"""Lines of a register of made-up families."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from router.service.core import Core
from router.service.registers.records import Record, read_line
from router.service.registers.registering import Loaded, Registrar
from router.v1 import referral_pb2
from tests.support.requests import event

REGISTER = "child-health-lanarkshire"


def record(number: int, *, reference: str = "", version: int = 1) -> referral_pb2.ReferralEvent:
    """Return a register's record of family ``number``, the one that ``requests.event`` refers."""
    made = event(number, source=REGISTER, reference=reference or f"F{number}", version=version)
    made.ClearField("urgency")
    made.ClearField("referrer")
    return made


def content(number: int, **more: Any) -> dict[str, Any]:
    """Return what a line of family ``number`` says."""
    said: dict[str, Any] = json_format.MessageToDict(record(number), preserving_proto_field_name=True)
    return {**said, **more}


def line(message: referral_pb2.ReferralEvent) -> bytes:
    """Return the line of a record."""
    return json_format.MessageToJson(message, indent=None).encode() + b"\n"


def registrar(core: Core, store: Any = None, pauses: list[float] | None = None) -> Registrar:
    """Return what writes records into a process's store, or into another one; it notes pauses and makes none."""
    tools = core.processor.tools
    return Registrar(
        store=store or core.store,
        ids=tools.ids,
        key_hash=core.processor.key_hash,
        recorder=tools.recorder,
        weights=tools.weights,
        now=core.now,
        pause=(pauses if pauses is not None else []).append,
    )


def register(core: Core, *messages: referral_pb2.ReferralEvent, **more: Any) -> Loaded:
    """Load records into a process's store."""
    one = registrar(core, **more)
    read = [read_line(number, line(message), one.key_hash) for number, message in enumerate(messages, 1)]
    return one.write([each for each in read if isinstance(each, Record)])


def written(path: Path, *lines: bytes | dict[str, Any] | referral_pb2.ReferralEvent) -> Path:
    """Write a register's file."""
    with path.open("wb") as file:
        for one in lines:
            if isinstance(one, referral_pb2.ReferralEvent):
                file.write(line(one))
            else:
                file.write(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n")
    return path
