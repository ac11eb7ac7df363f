"""``router rules replay``: makes recorded decisions again, each under its own pack. None may come out otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import orjson
import typer
from google.protobuf.message import DecodeError
from rich.console import Console
from rich.markup import escape

from router.cli.recorded import Reference, decisions, opened
from router.model.errors import RouterError
from router.routing.case import MatchOutcome
from router.routing.decide import Decider
from router.routing.decision import NOT_BY_THE_RULES
from router.rules.loader import build_pack, digest_of
from router.rules.yamlfile import PackError
from router.service.encode import Encoder, Ids, MatchTold
from router.service.hindsight import case_again
from router.service.recording import decision_row, state_of
from router.service.storeurl import check_store_url
from router.store.familyrows import DecisionRow
from router.store.ids import render
from router.store.interface import Reader
from router.v1 import decision_pb2 as pb

DIFFERS = 1
# What the matcher found is no part of a decision's basis, and is written down beside it.
_BESIDE = ("match",)
_COLUMNS = ("outcome", "service", "board", "urgency", "as_of")


@dataclass(frozen=True, slots=True)
class Differing:
    """A decision that comes out otherwise. ``fields`` are those of the contract's message, or of its row."""

    decision: str
    pack: str
    fields: tuple[str, ...]
    why: str = ""


@dataclass(slots=True)
class Replayed:
    """What came of it. ``set_aside`` counts what a fault of the engine decided, so that no facts give it again."""

    made_again: int = 0
    set_aside: int = 0
    packs: set[str] = field(default_factory=set)
    differing: list[Differing] = field(default_factory=list)


class _CannotError(Exception):
    """A decision cannot be made again; the message says why."""


def replay_decisions(
    store: Annotated[str, typer.Option(metavar="URL", help="The store that holds the decisions.")],
    key_file: Annotated[Path, typer.Option(help="The key of the store.")] = Path("data/router.key"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Make every recorded decision again from its basis, under the pack that made it, and report any that differs.

    Changes nothing. Exit code 1 if one differs or cannot be made again, 2 if the store cannot be read.
    """
    try:
        check_store_url(store)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--store") from None
    console = Console(soft_wrap=True, stderr=as_json, highlight=False)
    with opened(store, key_file) as place, place.read() as reader, console.status("making decisions again") as status:
        found = replay(reader, lambda count: status.update(f"making decisions again: {count:,}"))
    if as_json:
        typer.echo(json.dumps(_as_json(found)))
    else:
        for one in found.differing:
            what = one.why or f"differs in {', '.join(one.fields)}"
            console.print(f"[red]differs[/red]  {one.decision} (pack {one.pack[:16]}): {escape(what)}")
        aside = f"; {found.set_aside:,} set aside, decided by a fault of the engine" if found.set_aside else ""
        console.print(
            f"{found.made_again:,} decisions made again under {len(found.packs)} packs, {len(found.differing):,} "
            f"differ{aside}"
        )
    if found.differing:
        raise typer.Exit(DIFFERS)


def replay(reader: Reader, tell: Callable[[int], None] = lambda _: None) -> Replayed:
    """Make every decision again; ``tell`` hears how many were."""
    found = Replayed()
    makers: dict[str, _Maker] = {}
    for row in decisions(reader):
        found.packs.add(row.pack_digest)
        recorded = _recorded(row)
        if recorded is not None and recorded.desk_reason in NOT_BY_THE_RULES:
            found.set_aside += 1
            continue
        found.made_again += 1
        name = render("dec", row.decision_id)
        if recorded is None:
            found.differing.append(Differing(name, row.pack_digest, (), "its document cannot be read"))
            continue
        try:
            if row.pack_digest not in makers:
                makers[row.pack_digest] = _Maker(row.pack_digest, reader)
            fields = makers[row.pack_digest].differing(row, recorded, reader)
        except _CannotError as fault:
            found.differing.append(Differing(name, row.pack_digest, (), str(fault)))
            continue
        if fields:
            found.differing.append(Differing(name, row.pack_digest, fields))
        tell(found.made_again)
    return found


class _Maker:
    """One pack of the store, and what makes decisions by it again."""

    def __init__(self, digest: str, reader: Reader) -> None:
        content = reader.pack(digest)
        if content is None:
            raise _CannotError("the store does not hold its pack")
        files = {name: text.encode() for name, text in orjson.loads(content).items()}
        if digest_of(files) != digest:
            raise _CannotError("its pack is not the one of this digest: the stored pack was altered")
        try:
            pack = build_pack(files)
        except PackError as fault:
            first = fault.faults[0]
            raise _CannotError(f"its pack no longer loads: {first.file}: {first.message}") from None
        self.digest = digest
        self.decider = Decider(pack, Reference(pack))
        self.encoder = Encoder(pack)

    def differing(self, row: DecisionRow, recorded: pb.Decision, reader: Reader) -> tuple[str, ...]:
        """Return the fields in which the decision made again differs from the recorded one."""
        try:
            case = case_again(row, reader)
            decision = self.decider.decide(case)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, DecodeError, RouterError) as fault:
            raise _CannotError(f"what it was made from cannot be read ({type(fault).__name__})") from None
        ids = Ids(row.decision_id, case.arrived, row.family_id, row.episode_id)
        match = MatchTold(MatchOutcome(case.match), 0.0, (), (), "")
        again = self.encoder.document(decision, ids, match, state_of(decision), case.as_of).message()
        expected = decision_row(
            decision,
            decision_id=row.decision_id,
            family_id=row.family_id,
            episode_id=row.episode_id,
            event_id=row.event_id,
            as_of=case.as_of,
            pack_digest=self.digest,
            document=b"",
            basis=row.basis,
        )
        columns = [name for name in _COLUMNS if getattr(row, name) != getattr(expected, name)]
        return tuple(dict.fromkeys((*_fields(recorded, again), *columns)))


def _fields(recorded: pb.Decision, again: pb.Decision) -> Iterator[str]:
    for one in pb.Decision.DESCRIPTOR.fields:
        if one.name not in _BESIDE and getattr(recorded, one.name) != getattr(again, one.name):
            yield one.name
    if recorded.match.outcome != again.match.outcome:
        yield "match"


def _recorded(row: DecisionRow) -> pb.Decision | None:
    try:
        return pb.Decision.FromString(row.document)
    except DecodeError:
        return None


def _as_json(found: Replayed) -> dict[str, object]:
    return {
        "made_again": found.made_again,
        "packs": sorted(found.packs),
        "set_aside": found.set_aside,
        "differing": [
            {"decision": one.decision, "pack": one.pack, "fields": list(one.fields), "why": one.why}
            for one in found.differing
        ],
    }
