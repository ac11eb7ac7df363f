"""Settings as options of commands: each command says which it takes, and gets them checked, from every source."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from router.service.settings import Settings
from router.service.sources import flag_of

STORE_OPTIONS = ("config", "data", "store", "key_file")
"""What a command needs that opens the store."""

ALL_OPTIONS = tuple(Settings.model_fields)

_DEFAULTS = {
    "config": "router.toml if it is there",
    "store": "router.db in the data folder",
    "key_file": "router.key in the data folder",
    "pack": "rules/scotland of this checkout",
}
_METAVARS = {"port": "INTEGER", "workers": "INTEGER", "queue_ms": "INTEGER", "host": "TEXT", "store": "URL"}


def default_in_words(name: str) -> str:
    """Return a setting's default as people read it."""
    default = Settings.model_fields[name].default
    return _DEFAULTS.get(name) or ("none" if default is None else str(default))


def takes_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of these settings; its first parameter gets the ``Settings`` made of them.

    An option that was not given is not passed on, so that the environment, the file and the defaults count.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

        def run(**given: Any) -> None:
            flags = {name: value for name in names if (value := given.pop(name)) is not None}
            command(Settings(**flags), **given)

        parameters = [*map(_parameter, names), *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own)]
        run.__name__ = command.__name__
        run.__doc__ = command.__doc__
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        return run

    return decorate


def _parameter(name: str) -> inspect.Parameter:
    # Each is taken as text, so that a wrong number is told like any other fault of a setting.
    option = typer.Option(
        flag_of(name),
        help=Settings.model_fields[name].description,
        metavar=_METAVARS.get(name, "PATH"),
        show_default=default_in_words(name) if default_in_words(name) != "none" else False,
    )
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )
