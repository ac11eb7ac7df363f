"""Small generated packs and views of facts, for properties that must hold whatever the rules say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from router.model.danger import TRIGGERS
from router.model.facts import NOT_APPLICABLE, FactView, Held, Known, Missing, Unknown
from router.model.referral import Urgency
from router.rules import schema
from router.rules.board_checks import TOLD_OF_SAFEGUARDING
from router.rules.evaluation import Circumstances
from router.rules.limits import to_formula
from router.rules.loader import build_pack
from router.rules.pack import Pack
from router.rules.yamlfile import PackError

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
BOARDS = ("S08000015", "S08000016", "S08000017")
REVIEW = {"last": "2026-01-01", "next": "2027-01-01"}
LEVELS = ("none", "mild", "moderate", "severe")
PLAIN_FACTS: dict[str, dict[str, Any]] = {
    "has_need": {"type": "yes_no"},
    "wants_help": {"type": "yes_no"},
    "level": {"type": "choice", "choices": LEVELS, "ordered": True},
    "kind": {"type": "choice", "choices": ("red", "green", "blue")},
    "weeks": {"type": "number", "unit": "weeks"},
    "score": {"type": "number", "unit": "points"},
}
#: One sign of danger that drawn services name besides; the floor's others are in the vocabulary and asked by nobody.
DANGER = "suicidal_intent"
DANGER_FACTS = {
    trigger.fact: {"type": "yes_no"} if trigger.at_least is None else {"type": "number", "unit": "points"}
    for trigger in TRIGGERS
}
#: The facts of which views say something.
TOLD_FACTS = {**PLAIN_FACTS, DANGER: DANGER_FACTS[DANGER]}
RECIPIENTS = tuple(sorted({service for trigger in TRIGGERS for service in trigger.recipients}))
NEEDS = ("care", "advice", "company")


def facts_file() -> dict[str, Any]:
    """Return a vocabulary of plain facts and those of the safety floor."""
    return {
        "facts": {
            name: {"label": name, "about": "parent", "ask": f"{name}?", **entry}
            for name, entry in {**PLAIN_FACTS, **DANGER_FACTS}.items()
        }
    }


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one condition that fits its fact."""
    fact = draw(st.sampled_from(sorted(PLAIN_FACTS)))
    entry = PLAIN_FACTS[fact]
    if entry["type"] == "yes_no":
        return {"fact": fact, "is": draw(st.booleans())}
    if entry["type"] == "choice" and not entry.get("ordered"):
        return {"fact": fact, "one_of": draw(st.lists(st.sampled_from(entry["choices"]), min_size=1, unique=True))}
    value = st.sampled_from(entry["choices"]) if entry["type"] == "choice" else st.integers(0, 6)
    names = draw(
        st.sampled_from(
            [("is",), ("at_least",), ("at_most",), ("more_than",), ("less_than",), ("at_least", "less_than")]
        )
    )
    return {"fact": fact, **{name: draw(value) for name in names}}


@st.composite
def combinations(draw: st.DrawFn, names: tuple[str, ...], depth: int = 1) -> dict[str, Any]:
    """Draw a combination that uses every one of ``names`` at least once."""
    groups: dict[str, list[Any]] = {"all": [], "any": [], "none": []}
    for name in names:
        groups[draw(st.sampled_from(("all", "any", "none")))].append(name)
    if depth:
        inner = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        if inner:
            nested = draw(combinations(tuple(inner), depth - 1))
            groups[draw(st.sampled_from(("all", "any", "none")))].append(nested)
    return {key: parts for key, parts in groups.items() if parts}


@st.composite
def rules(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw criteria and their combination."""
    count = draw(st.integers(1, 4))
    names = tuple(f"criterion-{number}" for number in range(count))
    criteria = {name: {"label": name, "when": draw(conditions()), "source": "book"} for name in names}
    return criteria, draw(combinations(names))


@st.composite
def narrowings(draw: st.DrawFn, services: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw how a board narrows some of these services: by criteria of its own, and by tighter numbers."""
    narrows: dict[str, Any] = {}
    for service in services:
        if (
            service["provision"] == "national"
            or service["service"] in TOLD_OF_SAFEGUARDING
            or draw(st.integers(0, 2)) > 0
        ):
            continue
        tighter = {
            name: {**one, "when": _tighter(one["when"])}
            for name, one in service["criteria"].items()
            if _is_bound(one["when"]) and _speaks_for(service["eligible_when"], name) and draw(st.booleans())
        }
        also = {}
        if not tighter or draw(st.booleans()):
            also["own"] = {"label": "own", "when": draw(conditions()), "source": "book"}
        entry: dict[str, Any] = {"label": "narrowed", "criteria": {**tighter, **also}, "review": REVIEW}
        if also:
            entry["also_when"] = {draw(st.sampled_from(("all", "any", "none"))): ["own"]}
        entry["tests"] = [{"name": "none", "given": {}, "expect": {"outcome": "unknown"}}]
        narrows[service["service"]] = entry
    return narrows


def _is_bound(when: dict[str, Any]) -> bool:
    return "at_least" in when and "less_than" not in when and type(when["at_least"]) is int


def _tighter(when: dict[str, Any]) -> dict[str, Any]:
    return {**when, "at_least": when["at_least"] + 1}


def _speaks_for(combination: dict[str, Any], name: str) -> bool:
    """Return whether every mention of a criterion lets in: none stands in ``none``, or in what stands there."""
    formula = to_formula(schema.Combination.model_validate_json(json.dumps(combination)))
    return all(sign for one, sign in formula.criteria() if one == name)


@st.composite
def pack_files(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw the files of a pack that loads."""
    services = sorted({*RECIPIENTS, *(f"service-{n}" for n in range(draw(st.integers(1, 5))))})
    files: dict[str, Any] = {
        "pack.yaml": {"pack": "drawn", "title": "Drawn", "status": "illustrative", "notice": "Drawn for a test"},
        "facts.yaml": facts_file(),
        "sources.yaml": {"sources": {"book": {"title": "Book", "publisher": "Press", "read": False}}},
        "letters.yaml": {reader: {"reason": "{reason}"} for reader in ("parent", "referrer", "receiver")},
    }
    extra = [name for name in services if name not in RECIPIENTS]
    files["boards.yaml"] = {
        "national_desk": {"id": "national-triage", "label": "the national triage desk"},
        "boards": {
            BOARDS[0]: {"name": "First", "desk": "desk-first", "capacity": {extra[0]: "closed"}},
            BOARDS[1]: {"name": "Second", "desk": "desk-second", "lacks": extra[:1]},
            BOARDS[2]: {
                "name": "Third",
                "desk": "desk-third",
                "lacks": extra[:1],
                "served_by": {extra[0]: BOARDS[0]},
            },
        },
    }
    leaders = []
    for name in services:
        criteria, formula = draw(rules())
        can_lead = draw(st.integers(0, 4)) > 0 or name == extra[0]
        leaders += [name] if can_lead else []
        hours = draw(st.sampled_from([{}, {"urgent_hours": 48}, {"urgent_hours": 48, "emergency_hours": 4}]))
        if draw(st.integers(0, 2)) == 0:
            criteria["danger"] = {"label": "danger", "when": {"fact": DANGER, "is": True}, "source": "book"}
            formula.setdefault("any", []).append("danger")
        files[f"services/{name}.yaml"] = {
            "service": name,
            "label": name,
            "plain": "a service.",
            "tier": draw(st.integers(0, 4)),
            "offers": draw(st.lists(st.sampled_from(NEEDS), min_size=1, unique=True)),
            "provision": draw(st.sampled_from(("board", "board", "national"))),
            "can_lead": can_lead,
            "always_beside": draw(st.booleans()),
            "respond": {"routine_days": 28, **hours},
            "criteria": criteria,
            "eligible_when": formula,
            "review": REVIEW,
            "tests": [{"name": "none", "given": {}, "expect": {"outcome": "unknown"}}],
        }
    third = files["boards.yaml"]["boards"][BOARDS[2]]
    narrows = draw(narrowings([files[f"services/{one}.yaml"] for one in services]))
    files["boards/third.yaml"] = {
        "board": BOARDS[2],
        "lacks": third.pop("lacks"),
        "served_by": third.pop("served_by"),
        "narrows": narrows,
    }
    moves = {}
    for number in range(draw(st.integers(0, 4))):
        giver = draw(st.sampled_from(services))
        receiver = draw(st.sampled_from(leaders))
        if giver != receiver:
            criteria, formula = draw(rules())
            moves[f"move-{number}"] = {
                "kind": draw(st.sampled_from(("step_up", "step_down", "joint_work", "transfer"))),
                "label": "move",
                "from": [giver],
                "to": receiver,
                "criteria": criteria,
                "when": formula,
                "review": REVIEW,
                "tests": [{"name": "none", "given": {}, "expect": "unknown"}],
            }
    if moves:
        files["pathways/drawn.yaml"] = {"moves": moves}
    order = draw(st.permutations(["safety", "need_tier", "incumbent", "fit", "requested", "locality", "capacity"]))
    files["lead.yaml"] = {
        "order": [*order, "tie_break"],
        "needs": {need: need for need in NEEDS},
        "needs_order": draw(st.permutations(NEEDS)),
        "tie_break": draw(st.permutations(services)),
    }
    return {name: _yaml(data) for name, data in files.items()}


def _yaml(data: Any) -> bytes:
    # JSON is YAML, but for dates, which must stand without quotes to be dates.
    text = json.dumps(data, indent=1)
    for day in REVIEW.values():
        text = text.replace(f'"{day}"', day)
    return text.encode()


def _built(files: dict[str, bytes]) -> Pack:
    try:
        return build_pack(files)
    except PackError as fault:
        # a narrowed service may come out too large for the engine, and is refused then
        assert all("too large there" in one.message for one in fault.faults), fault
        reject()


packs = pack_files().map(_built)


def _values(entry: dict[str, Any]) -> st.SearchStrategy[Any]:
    if entry["type"] == "yes_no":
        return st.booleans()
    if entry["type"] == "choice":
        return st.sampled_from(entry["choices"])
    return st.integers(0, 6)


@st.composite
def helds(draw: st.DrawFn, fact: str) -> Held:
    """Draw what is held of a fact: mostly known, sometimes missing, in conflict, or not applicable."""
    kind = draw(st.integers(0, 9))
    if kind <= 1:
        return Unknown(draw(st.sampled_from(tuple(Missing))))
    if kind == 2:
        return Known(NOT_APPLICABLE, "derived", WHEN)
    return Known(draw(_values(TOLD_FACTS[fact])), "test", WHEN)


views: st.SearchStrategy[FactView] = st.fixed_dictionaries({fact: helds(fact) for fact in sorted(TOLD_FACTS)})


@st.composite
def circumstances(draw: st.DrawFn, pack: Pack) -> Circumstances:
    """Draw circumstances that fit a pack."""
    names = st.sampled_from(sorted(pack.services))
    leads = [name for name, service in pack.services.items() if service.can_lead]
    return Circumstances(
        board=draw(st.sampled_from((*BOARDS, ""))),
        danger=draw(st.sampled_from((None, *Urgency))),
        involved=frozenset(draw(st.lists(names, max_size=2))),
        accepted=draw(st.sampled_from(("", *leads))),
        moved_board=draw(st.booleans()),
        requested=frozenset(draw(st.lists(names, max_size=2))),
        declined=frozenset(draw(st.lists(names, max_size=2))),
        closed=frozenset(draw(st.lists(names, max_size=1))),
        waiting=frozenset(name for name in pack.moves if draw(st.integers(0, 4)) == 0),
    )
