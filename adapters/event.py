"""Builds one canonical event. Everything that all four sources do alike is done here, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import protovalidate

from adapters.codes import CodeTable, Finding, Unmapped
from adapters.dates import timestamp
from adapters.faults import MappingFault, Reason
from adapters.people import NativePerson, Role, to_people
from adapters.services import directory_id
from adapters.vocabulary import FACTS, About, Value, of_partner
from router.v1 import referral_pb2 as pb

URGENCIES: dict[str, pb.Urgency] = {
    "": pb.URGENCY_UNSPECIFIED,
    "9": pb.URGENCY_UNSPECIFIED,
    "R": pb.URGENCY_ROUTINE,
    "U": pb.URGENCY_URGENT,
    "E": pb.URGENCY_EMERGENCY,
}
CONSENTS: dict[str, pb.Consent] = {
    "": pb.CONSENT_UNSPECIFIED,
    "9": pb.CONSENT_UNSPECIFIED,
    "Y": pb.CONSENT_GIVEN,
    "N": pb.CONSENT_REFUSED,
    "S": pb.CONSENT_NOT_SOUGHT,
}
CODE_LENGTH = 64
DISPLAY_LENGTH = 200
"""The contract's limits of a coded concept."""
PARTNER_FACTS = "fact-of-partner"
"""The code system under which a partner's fact is carried for which the vocabulary has no word."""


_FITTING: dict[About, frozenset[Role]] = {
    "parent": frozenset({"mother", "main-carer", "partner"}),
    "infant": frozenset({"infant", "unborn", "sibling"}),
    "partner": frozenset({"partner"}),
    "family": frozenset(),
}


@dataclass(frozen=True, slots=True)
class _Pending:
    """An observation whose people are looked up when the event is built, once all of them are known.

    ``facts`` holds one for a value; for a code without a meaning, those that it may leave open.
    """

    facts: tuple[str, ...]
    value: Value | pb.CodedConcept
    about: NativePerson | None
    at: datetime | None


class EventBuilder:
    """Gathers what one message says and builds the event of it.

    ``observer`` is the source's role, which attributes every observation: an unattributed denial clears nothing.
    """

    def __init__(self, *, system: str, reference: str, version: int, occurred_at: datetime, observer: str) -> None:
        self.event = pb.ReferralEvent(
            source_system=system,
            source_reference=reference,
            source_version=version,
            occurred_at=timestamp(occurred_at),
        )
        self._observer = observer
        self._people: list[NativePerson] = []
        self._pending: list[_Pending] = []
        self._lines: list[str] = []

    def person(self, person: NativePerson) -> None:
        """Add a person."""
        self._people.append(person)

    def observe(
        self, fact: str, value: Value, *, about: NativePerson | None = None, at: datetime | None = None
    ) -> None:
        """Add an observation about ``about`` where the fact can be, else about whom it is about by its nature."""
        if about is None or about.role != "partner":
            self._pending.append(_Pending((fact,), value, about, at))
            return
        partners = of_partner(fact, value)
        if partners is None:
            self.concern(PARTNER_FACTS, fact, str(value).lower())
        else:
            self._pending.append(_Pending((partners[0],), partners[1], about, at))

    def unmapped(
        self,
        facts: str | tuple[str, ...],
        system: str,
        code: str,
        display: str = "",
        *,
        about: NativePerson | None = None,
        at: datetime | None = None,
    ) -> None:
        """Add a code without an agreed meaning: the first of ``facts`` not stated stays unknown, the code visible."""
        open_facts = (facts,) if isinstance(facts, str) else facts
        concept = pb.CodedConcept(system=system, code=code[:CODE_LENGTH], display=(display or code)[:DISPLAY_LENGTH])
        if len(code) > CODE_LENGTH:
            self.note(display or open_facts[0], code)
        self._pending.append(_Pending(open_facts, concept, about, at))

    def finding(
        self,
        finding: Finding,
        text: str,
        *,
        system: str,
        about: NativePerson | None = None,
        at: datetime | None = None,
    ) -> Value | None:
        """Add what one column or coded item states, and return it; add nothing when it is not known."""
        value = finding.read(text)
        if isinstance(value, Unmapped):
            self.unmapped(finding.fact, system, value.code, finding.display, about=about, at=at)
            return None
        if value is not None:
            self.observe(finding.fact, value, about=about, at=at)
        return value

    def code(
        self,
        table: CodeTable,
        code: str,
        display: str = "",
        *,
        about: NativePerson | None = None,
        at: datetime | None = None,
        as_concern: bool = True,
    ) -> None:
        """Add the facts that one code of a list states, and the code itself as the sender wrote it."""
        code = code.strip()
        if table.is_unknown(code):
            return
        entry = table.find(code)
        shown = display or (entry.display if entry else "")
        if as_concern:
            self.concern(table.system, code, shown)
        if entry is None:
            if table.unmapped:
                self.unmapped(table.unmapped, table.system, code, shown, about=about, at=at)
            elif not as_concern:
                self.concern(table.system, code, shown)
            return
        for fact, value in entry.facts.items():
            self.observe(fact, value, about=about, at=at)

    def concern(self, system: str, code: str, display: str = "") -> None:
        """Carry a code as the sender wrote it, once. Where it is cut to fit, its whole text is kept as a note."""
        concept = pb.CodedConcept(system=system, code=code[:CODE_LENGTH], display=display[:DISPLAY_LENGTH])
        if concept not in self.event.concerns:
            self.event.concerns.append(concept)
        if len(code) > CODE_LENGTH or len(display) > DISPLAY_LENGTH:
            self.note("Code", f"{code} {display}")

    def note(self, label: str, value: object) -> None:
        """Carry what the event has no field for, as a labelled line of free text."""
        if value not in (None, ""):
            self._lines.append(f"{label}: {value}")

    def request(self, code: str, system: str) -> None:
        """Name the service asked for; a code that is not in the directory is carried, and the request left open."""
        if not code.strip():
            return
        self.event.requested_service = directory_id(code)
        if not self.event.requested_service:
            self.concern(system, code.strip(), "service asked for, not in the directory")

    def involve(self, code: str, system: str, *, current: bool, board: str = "") -> None:
        """State that a service is or was involved; a code that is not in the directory is carried."""
        service = directory_id(code)
        if service:
            self.event.involvements.add(service=service, current=current, board_code=board)
        elif code.strip():
            self.concern(system, code.strip(), "service involved, not in the directory")

    def build(self, free_text: Iterable[str] = ()) -> pb.ReferralEvent:
        """Return the event, checked against the contract."""
        self.event.people.extend(to_people(self._people))
        self._resolve()
        for name in ("communication_needs", "safe_contact", "household"):
            if not getattr(self.event, name).ListFields():
                self.event.ClearField(name)
        texts = [text.strip() for text in free_text if text.strip()]
        self.event.free_text = "\n".join([*texts, *self._lines])
        _check(self.event)
        return self.event

    def _resolve(self) -> None:
        observations: list[pb.Observation] = []
        stated = {one.facts[0] for one in self._pending if not isinstance(one.value, pb.CodedConcept)}
        for pending in self._pending:
            fact = pending.facts[0]
            if isinstance(pending.value, pb.CodedConcept):
                fact = next((one for one in pending.facts if one not in stated), fact)
            for ref in self._subjects(fact, pending.about):
                observation = pb.Observation(fact=fact, subject_ref=ref, observed_by=self._observer)
                _set_value(observation, pending.value)
                if pending.at is not None:
                    observation.observed_at.CopyFrom(timestamp(pending.at))
                if observation not in observations:
                    observations.append(observation)
        self.event.observations.extend(_worst_of_each(observations))

    def _subjects(self, fact: str, about: NativePerson | None) -> list[str]:
        """Return the names of those whom an observation is about; "" stands for the family as a whole."""
        nature = FACTS[fact].about
        if nature == "family":
            return [""]
        refs = list(zip(self._people, (person.ref for person in self.event.people), strict=True))
        if about is not None and about.role in _FITTING[nature]:
            return [ref for person, ref in refs if person is about]
        # A carer in the mother's place is the parent whom the sender of such a message has met.
        sought: dict[About, tuple[Role, ...]] = {
            "parent": ("main-carer", "mother"),
            "infant": ("infant", "unborn"),
            "partner": ("partner",),
        }
        for role in sought[nature]:
            found = [ref for person, ref in refs if person.role == role]
            if found:
                # Of twins, what is said of "the baby" is said of both: danger must not miss one.
                return found if nature == "infant" else found[:1]
        return [""]


def _set_value(observation: pb.Observation, value: Value | pb.CodedConcept) -> None:
    if isinstance(value, pb.CodedConcept):
        observation.unmapped.CopyFrom(value)
    elif isinstance(value, bool):
        observation.yes_no = value
    elif isinstance(value, int):
        observation.number = value
    else:
        observation.choice = value


def _worst_of_each(observations: list[pb.Observation]) -> list[pb.Observation]:
    """Leave, of several grades of one fact in one message, the worst: one sender does not conflict with itself."""
    worst: dict[tuple[str, str], int] = {}
    for seen in observations:
        if seen.WhichOneof("value") == "choice":
            key = (seen.fact, seen.subject_ref)
            worst[key] = max(worst.get(key, -1), FACTS[seen.fact].choices.index(seen.choice))
    return [
        seen
        for seen in observations
        if seen.WhichOneof("value") != "choice"
        or FACTS[seen.fact].choices.index(seen.choice) == worst[(seen.fact, seen.subject_ref)]
    ]


def _check(event: pb.ReferralEvent) -> None:
    """Refuse an event that the router would refuse, while the native message is still at hand for the desk."""
    try:
        protovalidate.validate(event)
    except protovalidate.ValidationError as error:
        broken = error.violations[0].proto
        path = "".join(
            f".{part.field_name}" + (f"[{part.subscript.value}]" if part.subscript else "")
            for part in (broken.field.elements if broken.field else ())
        )
        raise MappingFault(Reason.EVENT_INVALID, f"event{path}", broken.message) from None
