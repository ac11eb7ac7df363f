"""Who may call: on loopback anybody who says who they are; elsewhere only listed callers, told apart by certificate."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from router.model.errors import Reason, RouterError
from router.rules.yamlfile import PackError, read_yaml
from router.service.projection import Reader
from router.service.work import Caller


class CallersFileError(Exception):
    """The list of callers cannot be used. The message says where and why."""


class Certified(Protocol):
    """A call, as far as it says whose certificate was presented."""

    def auth_context(self) -> Mapping[str, Any]:
        """Return what the certificate says, by gRPC's names; empty without one."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    certificates: Annotated[tuple[str, ...], Field(min_length=1)]
    readers: Annotated[
        tuple[Literal["referrer", "service", "desk", "parent", "auditor", "rules"], ...], Field(min_length=1)
    ]
    services: tuple[str, ...] = ()
    confidential_links: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    callers: dict[str, _Entry]


@dataclass(frozen=True, slots=True)
class Callers:
    """The callers that are let in. ``listed`` is None on loopback, where every caller is taken at its word."""

    listed: Mapping[str, _Entry] | None = None

    def check(self, caller: Caller, call: Certified) -> None:
        """Refuse a caller that is not listed, whose certificate is another's, or who reads as what it is not."""
        if self.listed is None:
            return
        entry = self.listed.get(caller.name)
        presented = {bytes(name).decode() for name in call.auth_context().get("x509_subject_alternative_name", ())}
        mine = f"{caller.service}@{caller.board}" if caller.board else caller.service
        if (
            entry is None
            or not presented & set(entry.certificates)
            or caller.reader.value not in entry.readers
            or (mine and mine not in entry.services)
        ):
            message = "this caller, with this certificate, is not listed for what it asks; see the list of callers"
            raise RouterError(Reason.CALLER_NOT_LISTED, message)

    def sees_hidden(self, caller: Caller) -> bool:
        """Return whether a caller may see confidential links, such as where an adopted infant came from.

        Only a desk may, for protection, and elsewhere than on loopback only one that is listed for it.
        """
        if caller.reader is not Reader.DESK or caller.purpose != "protection":
            return False
        entry = None if self.listed is None else self.listed.get(caller.name)
        return self.listed is None or (entry is not None and entry.confidential_links)


def load_callers(file: Path) -> Callers:
    """Load the list of callers. Raises ``CallersFileError``."""
    try:
        shape = _File.model_validate(read_yaml(file, file.name).data)
    except (PackError, ValidationError) as fault:
        raise CallersFileError(f"{file.name} is not a list of callers: {fault}") from None
    return Callers(shape.callers)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
