"""Loads a pack from its folder: reads, checks the shape, links the files, and names every fault with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from router.model.facts import CHANGE, About, FactDefinition, FactType, Privacy
from router.rules import schema
from router.rules.checks import check_pack
from router.rules.limits import to_formula
from router.rules.narrowing import CriteriaBuilder, narrowed_service, to_response
from router.rules.pack import (
    Ages,
    Board,
    Criterion,
    Guard,
    LeadOrder,
    Letters,
    Move,
    MoveKind,
    Pack,
    Service,
    Source,
    SupportRole,
)
from router.rules.wording import in_a_sentence
from router.rules.yamlfile import Fault, PackError, YamlFile, parse_yaml, read_bytes

MOST_FILES = 500
MOST_PACK_BYTES = 4_194_304
MOST_FAULTS = 200
MOST_NAME = 64

Model = TypeVar("Model", bound=BaseModel)

FILES: Mapping[str, type[BaseModel]] = {
    "pack.yaml": schema.PackFile,
    "facts.yaml": schema.FactsFile,
    "sources.yaml": schema.SourcesFile,
    "boards.yaml": schema.BoardsFile,
    "lead.yaml": schema.LeadFile,
    "letters.yaml": schema.LettersFile,
}
"""The shape of each file that a pack has once."""

FOLDERS: Mapping[str, type[BaseModel]] = {
    "services": schema.ServiceFile,
    "boards": schema.BoardFile,
    "pathways": schema.PathwayFile,
    "cases": schema.CasesFile,
    "stories": schema.StoryFile,
}
"""The shape of the files in each folder of a pack."""


def load_pack(folder: Path) -> Pack:
    """Load the pack in ``folder``. Raises ``PackError`` with every fault that can be told at once."""
    if not folder.is_dir():
        raise PackError([Fault(str(folder), 0, 0, "is not a folder; name the folder of a rule pack")])
    root = folder.resolve()
    if not any((folder / name).is_file() for name in FILES):
        inner = sorted(path.parent for path in islice(folder.glob("*/pack.yaml"), MOST_FILES))
        if inner:
            message = f"is not a pack; did you mean {' or '.join(map(str, inner[:3]))}?"
            raise PackError([Fault(str(folder), 0, 0, message)])
    paths = sorted(islice(folder.rglob("*.yaml"), MOST_FILES + 1))
    if len(paths) > MOST_FILES:
        raise PackError([_too_many(str(folder))])
    files: dict[str, bytes] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if not _is_within(path, root):
            raise PackError([Fault(name, 0, 0, "leads outside the pack's folder; copy the file into it")])
        files[name] = read_bytes(path, name)
    return build_pack(files)


def _is_within(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False  # a link that leads to itself


def _too_many(name: str) -> Fault:
    most = f"at most {MOST_FILES} files of {MOST_PACK_BYTES} bytes together"
    return Fault(name, 0, 0, f"is too large for a pack: {most} are allowed")


def build_pack(files: Mapping[str, bytes]) -> Pack:
    """Build a pack from the bytes of its files, by path within the pack. Raises ``PackError``."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_PACK_BYTES:
        raise PackError([_too_many("the pack")])
    faults: list[Fault] = []
    shapes: dict[str, tuple[YamlFile, BaseModel]] = {}
    for name in sorted(files):
        kind = kind_of(name)
        if kind is None:
            faults.append(Fault(name, 0, 0, "is not a file of a pack; see the list in docs/rule-language.md"))
            continue
        try:
            shapes[name] = _read(name, files[name], kind)
        except PackError as fault:
            faults.extend(fault.faults)
    faults.extend(Fault(name, 0, 0, "is missing") for name in FILES if name not in files)
    if faults:
        raise PackError(faults)
    faults = check_pack(shapes)
    if faults:
        raise PackError(faults)
    return _link(files, {name: model for name, (_, model) in shapes.items()})


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest that names a pack: SHA-256 over its files' names and bytes, in order of name."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(len(part).to_bytes(8, "big"))
            whole.update(part)
    return whole.hexdigest()


def kind_of(name: str) -> type[BaseModel] | None:
    """Return the shape of a file, by its path within a pack; None for what is no file of a pack."""
    head, _, tail = name.partition("/")
    if not tail:
        return FILES.get(name)
    return None if "/" in tail else FOLDERS.get(head)


def _read(name: str, content: bytes, kind: type[Model]) -> tuple[YamlFile, Model]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise PackError([Fault(name, 0, 0, "is not UTF-8 text; save it as UTF-8")]) from None
    file = parse_yaml(text, name)
    try:
        return file, kind.model_validate(file.data)
    except ValidationError as error:
        raise PackError([_explain(file, kind, detail) for detail in _plain(error)[:MOST_FAULTS]]) from None


def _plain(error: ValidationError) -> list[Any]:
    """Return what was refused, without lists that are too short only because their parts were refused."""
    details: list[Any] = list(islice(error.errors(), MOST_FAULTS * 2))
    return [
        one
        for one in details
        if one["type"] != "too_short"
        or not any(other is not one and other["loc"][: len(one["loc"])] == one["loc"] for other in details)
    ]


def _explain(file: YamlFile, kind: type[BaseModel], detail: Any) -> Fault:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    last = str(path[-1])[:MOST_NAME] if path else "file"
    match detail["type"]:
        case "extra_forbidden":
            hint = schema.nearest(last, schema.keys_at(kind, path[:-1])) or "; check its spelling"
            message = f"has a key '{last}' that is not known here{hint}"
        case "missing":
            message = f"lacks '{last}'"
        case "string_pattern_mismatch":
            given = str(detail["input"])[:MOST_NAME]
            if detail["ctx"]["pattern"] == schema.BOARD_CODE:
                message = f"has '{given}', which is not a board code: write S08 and six digits, as in boards.yaml"
            else:
                message = f"has '{given}', which is not written as names are here: lower case, as in its neighbours"
        case "literal_error":
            message = f"has '{str(detail['input'])[:MOST_NAME]}'; use one of {detail['ctx']['expected']}"
        case "value_error":
            message = str(detail["ctx"]["error"])
        case _:
            message = f"'{last}': {detail['msg'][0].lower()}{detail['msg'][1:]}"
    return file.fault(path, message)


def _link(files: Mapping[str, bytes], shapes: Mapping[str, BaseModel]) -> Pack:
    def single(name: str, kind: type[Model]) -> Model:
        shape = shapes[name]
        assert isinstance(shape, kind)  # noqa: S101 - build_pack read it as this
        return shape

    head = single("pack.yaml", schema.PackFile)
    facts = {name: _fact(name, entry) for name, entry in single("facts.yaml", schema.FactsFile).facts.items()}
    sources = {
        slug: Source(slug, entry.title, entry.publisher, entry.read)
        for slug, entry in single("sources.yaml", schema.SourcesFile).sources.items()
    }
    boards_file = single("boards.yaml", schema.BoardsFile)
    lead = single("lead.yaml", schema.LeadFile)
    letters = single("letters.yaml", schema.LettersFile)
    criteria = _criteria_builder(facts, sources)
    service_files = [shape for shape in shapes.values() if isinstance(shape, schema.ServiceFile)]
    labels = {shape.service: shape.label for shape in service_files}
    services = {
        shape.service: _with_referrers(_service(shape, criteria), shape.referrers, lead, labels)
        for shape in service_files
    }
    moves = {
        name: _move(name, entry, criteria)
        for shape in shapes.values()
        if isinstance(shape, schema.PathwayFile)
        for name, entry in shape.moves.items()
    }
    differing = {shape.board: shape for shape in shapes.values() if isinstance(shape, schema.BoardFile)}
    boards = {
        code: _board(code, entry, differing.get(code, entry), services.values())
        for code, entry in boards_file.boards.items()
    }
    narrowed = {
        code: MappingProxyType(
            {name: narrowed_service(services[name], code, one, criteria) for name, one in sorted(shape.narrows.items())}
        )
        for code, shape in sorted(differing.items())
        if shape.narrows
    }
    desks = {board.desk: f"the triage desk of {board.name}" for board in boards.values()}
    desks[boards_file.national_desk.id] = boards_file.national_desk.label
    return Pack(
        digest=digest_of(files),
        name=head.pack,
        title=head.title,
        notice=head.notice,
        facts=MappingProxyType(facts),
        services=MappingProxyType({name: services[name] for name in sorted(services)}),
        moves=MappingProxyType({name: moves[name] for name in sorted(moves)}),
        boards=MappingProxyType(boards),
        sources=MappingProxyType(sources),
        board_aliases={old: code for code, entry in boards_file.boards.items() for old in entry.aliases},
        national_desk=boards_file.national_desk.id,
        review_people=boards_file.review_people,
        desk_labels=MappingProxyType(desks),
        order=LeadOrder(
            lead.order,
            MappingProxyType(dict(lead.needs)),
            lead.needs_order,
            lead.tie_break,
            tuple(frozenset(group) for group in lead.equals),
        ),
        letters=Letters(letters.parent, letters.referrer, letters.receiver),
        cases=tuple(
            (name, case)
            for name, shape in shapes.items()
            if isinstance(shape, schema.CasesFile)
            for case in shape.cases
        ),
        files=MappingProxyType(dict(files)),
        narrowed=MappingProxyType(narrowed),
        stories=MappingProxyType({one.story: one for one in shapes.values() if isinstance(one, schema.StoryFile)}),
    )


def _fact(name: str, entry: schema.FactEntry) -> FactDefinition:
    return FactDefinition(
        name=name,
        label=entry.label,
        about=About(entry.about),
        type=FactType(entry.type),
        ask=entry.ask,
        ask_after_loss=entry.ask_after_loss,
        choices=entry.choices,
        ordered=entry.ordered,
        unit=entry.unit,
        privacy=Privacy(entry.privacy),
        derivation=CHANGE if entry.change_of else entry.derived,
        change_of=entry.change_of or "",
        within_days=entry.within_days or 0,
        sum_of=entry.sum_of or (),
        count_of=entry.count_of or (),
    )


def _criteria_builder(facts: Mapping[str, FactDefinition], sources: Mapping[str, Source]) -> CriteriaBuilder:
    def build(entries: Mapping[str, schema.CriterionEntry]) -> Mapping[str, Criterion]:
        return MappingProxyType(
            {
                name: Criterion(
                    name=name,
                    label=entry.label,
                    condition=entry.when,
                    citation=_cite(sources[entry.source]),
                    asks=entry.if_unknown == "ask",
                    ask=entry.ask or facts[entry.when.fact].ask,
                )
                for name, entry in entries.items()
            }
        )

    return build


def _cite(source: Source) -> str:
    return f"{source.title} ({source.publisher})" + ("" if source.read else ", unconfirmed")


def _service(shape: schema.ServiceFile, criteria: CriteriaBuilder) -> Service:
    return Service(
        name=shape.service,
        label=shape.label,
        criteria=criteria(shape.criteria),
        formula=to_formula(shape.eligible_when),
        reviewed=shape.review.last,
        review_due=shape.review.next,
        plain=shape.plain,
        plain_after_loss=shape.plain_after_loss,
        in_sentence=shape.in_sentence or in_a_sentence(shape.label),
        tier=shape.tier,
        offers=shape.offers,
        provision=shape.provision,
        can_lead=shape.can_lead,
        beside_lead=SupportRole(shape.beside_lead),
        always_beside=shape.always_beside,
        may_see=frozenset(Privacy(name) for name in shape.may_see),
        confidential=Privacy(shape.confidential) if shape.confidential else None,
        response=to_response(shape.respond),
        tests=shape.tests,
        mode=shape.mode,
        ages=_ages(shape.ages),
        boards=frozenset(shape.boards) if shape.boards is not None else None,
    )


def _ages(entry: schema.Ages | None) -> Ages | None:
    return Ages(entry.start, entry.until_months, entry.counted_at == "referral") if entry is not None else None


def _with_referrers(
    service: Service, named: tuple[str, ...] | None, lead: schema.LeadFile, labels: Mapping[str, str]
) -> Service:
    """Return a service with those who may refer to it: the services named, and those of the groups named."""
    if named is None:
        return service
    groups = [lead.referrer_groups[name] for name in named if name in lead.referrer_groups]
    single = [name for name in named if name not in lead.referrer_groups]
    words = [*(group.label for group in groups), *(labels[name] for name in single)]
    allowed = frozenset({*single, *(one for group in groups for one in group.services)})
    return replace(service, referrers=allowed, referrer_words=", ".join(words))


def _move(name: str, entry: schema.MoveEntry, criteria: CriteriaBuilder) -> Move:
    return Move(
        name=name,
        label=entry.label,
        criteria=criteria(entry.criteria),
        formula=to_formula(entry.when),
        reviewed=entry.review.last,
        review_due=entry.review.next,
        kind=MoveKind(entry.kind),
        givers=entry.from_,
        receiver=entry.to,
        tests=entry.tests,
        guard=Guard(entry.guard.settled_days or 0, entry.guard.back_needs_news) if entry.guard else None,
    )


def _board(
    code: str, entry: schema.BoardEntry, differs: schema.BoardEntry | schema.BoardFile, services: Iterable[Service]
) -> Board:
    elsewhere = {one.name for one in services if one.boards is not None and code not in one.boards}
    return Board(
        code=code,
        name=entry.name,
        desk=entry.desk,
        lacks=frozenset({*differs.lacks, *elsewhere}),
        served_by=MappingProxyType(dict(differs.served_by)),
        capacity=MappingProxyType(dict(differs.capacity)),
    )
