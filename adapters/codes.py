"""Code maps: what a source's columns, segments and codes say in the agreed vocabulary.

Each source keeps its map in ``codes.yaml`` beside its mapping. A *finding* is a column or coded item that states one
fact; a *table* gives each code of a list the facts that it states. A code that is in no table is never dropped: it
becomes an observation of one of the table's ``unmapped`` facts, with the code visible and the fact unknown.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator
from ruamel.yaml import YAML

from adapters.vocabulary import FACTS, Kind, Value

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,6}")
NOT_KNOWN = frozenset({"", "9"})
"""What a yes/no column holds when nobody knows: blank, or 9. Neither is a no."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Unmapped(_Part):
    """A native value that has no agreed meaning."""

    code: str


class Finding(_Part):
    """One column or coded item that states one fact."""

    display: str
    fact: str
    kind: Kind
    choices: dict[str, str] = Field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    lowest: int = 0
    highest: int = 0

    @model_validator(mode="after")
    def _agrees_with_the_vocabulary(self) -> Self:
        fact = FACTS[self.fact]
        if fact.kind != self.kind or not set(self.choices.values()) <= set(fact.choices):
            raise ValueError(f"{self.fact} takes {fact.kind} {list(fact.choices)}")
        return self

    def read(self, text: str) -> Value | Unmapped | None:
        """Return what ``text`` states: a value, a code without a meaning, or None when it is not known."""
        text = text.strip()
        code = text.upper()
        if not code or code in self.unknown:
            return None
        if self.kind == "yes_no":
            if code in NOT_KNOWN:
                return None
            return {"Y": True, "N": False}.get(code, Unmapped(code=text))
        if self.kind == "choice":
            return self.choices.get(code, Unmapped(code=text))
        # A number outside its scale is a code such as "99, not done", not a score.
        if _WHOLE_NUMBER.fullmatch(code) and self.lowest <= int(code) <= self.highest:
            return int(code)
        return Unmapped(code=text)


class CodeEntry(_Part):
    """One code of a table. Without facts it is a code that is known and is carried, but states none."""

    display: str
    facts: dict[str, StrictBool | StrictInt | StrictStr] = Field(default_factory=dict)
    text: str = ""


class CodeTable(_Part):
    """One list of codes. ``match: prefix`` lets P52 stand for P52.1, as chapters of ICD-10 do.

    ``unmapped`` names the facts that an unknown code may leave open. The first that the message does not state is
    taken, since an unknown code must not make a stated fact unknown again.
    """

    system: str
    unmapped: tuple[str, ...] = ()
    match: Literal["exact", "prefix"] = "exact"
    unknown: tuple[str, ...] = ()
    codes: dict[str, CodeEntry]

    @model_validator(mode="after")
    def _agrees_with_the_vocabulary(self) -> Self:
        if not set(self.unmapped) <= set(FACTS):
            raise ValueError(f"not all of {self.unmapped} are facts")
        for entry in self.codes.values():
            for name, value in entry.facts.items():
                _check(name, value)
        return self

    def is_unknown(self, code: str) -> bool:
        """Return whether ``code`` is how this list writes that nothing is known."""
        return not code.strip() or code.strip().upper() in self.unknown

    def find(self, code: str) -> CodeEntry | None:
        """Return the entry of ``code``; for a prefix table, that of its longest beginning."""
        code = code.strip().upper()
        if self.match == "exact":
            return self.codes.get(code)
        beginnings = (code[:length] for length in range(len(code), 0, -1))
        return next((self.codes[part] for part in beginnings if part in self.codes), None)


class CodeMap(_Part):
    """The code map of one source."""

    findings: dict[str, Finding] = Field(default_factory=dict)
    tables: dict[str, CodeTable] = Field(default_factory=dict)


def _check(name: str, value: Value) -> None:
    fact = FACTS[name]
    fits = {
        "yes_no": isinstance(value, bool),
        "number": isinstance(value, int) and not isinstance(value, bool),
        "choice": value in fact.choices,
    }
    if not fits[fact.kind]:
        raise ValueError(f"{name} takes {fact.kind} {list(fact.choices)}")


@cache
def load_codes(source: str) -> CodeMap:
    """Read the code map of ``source``, the name of its folder."""
    path = Path(__file__).parent / source / "codes.yaml"
    document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return CodeMap.model_validate(document)
