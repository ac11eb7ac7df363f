"""Where settings come from: what the start itself gives, the environment, a TOML file. Each value keeps its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

PREFIX = "ROUTER_"
DEFAULT_FILE = Path("router.toml")
DEFAULT = "default"
_FLAGS = {"tls_certificate": "--tls-cert", "tls_client_ca": "--client-ca"}


def flag_of(name: str) -> str:
    """Return the flag that gives a setting."""
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")


def variable_of(name: str) -> str:
    """Return the environment variable that gives a setting."""
    return f"{PREFIX}{name.upper()}"


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its origin: a flag, a variable, a file, or ``default``.

    ``fault`` says why what was found there is no setting at all. The value may be a secret, so it is never shown.
    """

    value: Any = field(repr=False)
    origin: str
    fault: str = ""


class _Source(PydanticBaseSettingsSource):
    """A source that answers for all fields at once."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - theirs
        """Return nothing: the whole is asked for."""
        return None, field_name, False


class Given(_Source):
    """What the start itself gives: the flags of a command, or keywords."""

    def __init__(self, settings_cls: type[BaseSettings], keywords: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._given = keywords.init_kwargs if isinstance(keywords, InitSettingsSource) else {}

    def __call__(self) -> dict[str, Any]:
        """Return each keyword with its flag for an origin, unless it brings an origin of its own."""
        return {
            name: value if isinstance(value, Found) else Found(value, flag_of(name))
            for name, value in self._given.items()
        }


class Variables(_Source):
    """The environment. An empty variable counts as not set; one that names no setting is a fault."""

    def __call__(self) -> dict[str, Any]:
        """Return the settings found."""
        names = {variable_of(name): name for name in self.settings_cls.model_fields}
        found: dict[str, Any] = {}
        for variable, value in os.environ.items():
            if variable in names:
                if value:
                    found[names[variable]] = Found(value, variable)
            elif variable.startswith(PREFIX):
                fault = f"{variable} names no setting: {_nearest(variable, names)}"
                found[variable] = Found(None, variable, fault)
        return found


class File(_Source):
    """The TOML file that a flag or a variable names, or else ``router.toml`` in the working directory."""

    def __call__(self) -> dict[str, Any]:
        """Return the settings found."""
        named = self.current_state.get("config")
        if named is not None and isinstance(named.value, str | Path):
            return _in_file(Path(named.value), self._names(), f"config ({named.origin}): ")
        if named is None and DEFAULT_FILE.exists():
            return {"config": Found(DEFAULT_FILE, DEFAULT), **_in_file(DEFAULT_FILE, self._names(), "")}
        return {}

    def _names(self) -> list[str]:
        # A file that named another would have to be read to know which file to read.
        return [name for name in self.settings_cls.model_fields if name != "config"]


def _in_file(path: Path, names: list[str], named_by: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        return _fault(path, f"{named_by}{path} cannot be read: {error.strerror}: name a file that can, or none")
    except UnicodeDecodeError:
        return _fault(path, f"{named_by}{path} is not a TOML file: it must be UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        return _fault(path, f"{named_by}{path} is not a TOML file: {error}: put it right there")
    found: dict[str, Any] = {}
    for key, value in content.items():
        if key in names:
            found[key] = Found(value, str(path))
        else:
            label = f"{key!r} in {path}"
            found[label] = Found(None, str(path), f"{label} names no setting: {_nearest(key, names)}")
    return found


def _fault(path: Path, fault: str) -> dict[str, Any]:
    return {f"file {path}": Found(None, str(path), fault)}


def _nearest(wrong: str, names: Iterable[str]) -> str:
    # The prefix that all have would make any two of them look alike.
    by_core = {name.removeprefix(PREFIX).lower(): name for name in names}
    close = get_close_matches(wrong.removeprefix(PREFIX).lower(), by_core, n=1)
    return f"did you mean {by_core[close[0]]}?" if close else "remove it (the names are in docs/settings.md)"
