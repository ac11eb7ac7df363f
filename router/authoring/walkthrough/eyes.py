"""What each of those concerned sees of a decision, is told and waits for; each from what was made for that reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.authoring.walkthrough.scenes import Perspective, Who
from router.model.facts import About
from router.routing.derive import LONDON
from router.routing.notices import address
from router.rules.pack import Pack
from router.v1 import decision_pb2


class Eyes:
    """Looks at decisions of one pack. ``seen`` is always a decision as it was projected for the reader."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def outcome(self, decision: decision_pb2.Decision) -> str:
        """Say who leads."""
        if not decision.HasField("lead"):
            return f"{self.called(decision.desk)} holds the family."
        if decision.state == decision_pb2.DECISION_STATE_ACCEPTED:
            return f"{decision.lead.label} leads."
        return f"{decision.lead.label} is asked to lead; {decision.held_by_meanwhile.label} holds the family meanwhile."

    def parent(self, seen: decision_pb2.Decision) -> Perspective:
        """Return what the parent meets."""
        named = [f"Lead service: {seen.lead.label}"] if seen.HasField("lead") else []
        named += [f"May help too: {one.service.label}" for one in seen.supporting]
        return Perspective(Who.PARENT, "", named, _some(seen.explanation.for_parent), self._answer_due(seen))

    def infant(self, decision: decision_pb2.Decision) -> Perspective:
        """Return what is known of the infant itself: nobody is sent this, and so it is not projected for a reader."""
        about = {name for name, one in self._pack.facts.items() if one.about is About.INFANT}
        sees = [f"Known of me: {one.label}: {one.value}" for one in decision.facts if one.fact in about]
        told = [f"Danger to me: {one.label}" for one in decision.safety if one.subject == "infant"]
        waits = [f"Still to be asked about me: {one.ask}" for one in decision.questions if one.fact in about]
        return Perspective(Who.INFANT, "what concerns the baby alone", sees, told, waits)

    def referrer(self, seen: decision_pb2.Decision, source: str, told: Mapping[str, Sequence[str]]) -> Perspective:
        """Return what a service that referred meets; ``told`` are the notices by recipient."""
        mine = [text for recipient, texts in told.items() if service_of(recipient) == source for text in texts]
        waits = [*self._answer_due(seen), *(f"An answer of its own: {one.ask}" for one in seen.questions)]
        return Perspective(Who.REFERRER, self.called(source), _some(seen.explanation.for_referrer), mine, waits)

    def service(
        self,
        seen: decision_pb2.Decision,
        who: Who,
        part: decision_pb2.ServiceName,
        told: Mapping[str, Sequence[str]],
    ) -> Perspective:
        """Return what the lead, or a service beside it, meets."""
        sees = _some(seen.explanation.for_receiver) if who is Who.LEAD else []
        sees += [f"{one.label}: {one.value}" for one in seen.facts if one.fact not in _AGE_AGAIN]
        if who is Who.PARTNER_SERVICE:
            sees = [f"Lead service: {seen.lead.label}", *sees]
        waits = [f"To be asked: {one.ask}" for one in seen.questions] if who is Who.LEAD else []
        if who is Who.LEAD and seen.state == decision_pb2.DECISION_STATE_PROPOSED:
            waits = [f"Its own answer is due by {_day(seen)}", *waits]
        elif seen.state == decision_pb2.DECISION_STATE_PROPOSED:
            waits = self._answer_due(seen)
        return Perspective(who, part.label, sees, told.get(address(part.service, part.board_code), []), waits)

    def _answer_due(self, seen: decision_pb2.Decision) -> list[str]:
        if seen.state != decision_pb2.DECISION_STATE_PROPOSED:
            return []
        whom = seen.lead.label if seen.HasField("lead") else self.called(seen.desk)
        return [f"An answer by {whom}, due by {_day(seen)}"]

    def called(self, recipient: str) -> str:
        """Return what a recipient of notices is called."""
        name = service_of(recipient)
        service = self._pack.services.get(name)
        return service.label if service else self._pack.desk_labels.get(recipient, recipient)


# The baby's age, told in two more ways.
_AGE_AGAIN = frozenset({"weeks_postnatal", "infant_age_months_at_referral"})


def service_of(recipient: str) -> str:
    """Return the service of a recipient of notices."""
    return recipient.partition("@")[0]


def _some(text: str) -> list[str]:
    return [text] if text else []


def _day(seen: decision_pb2.Decision) -> str:
    local = seen.respond_by.ToDatetime(LONDON)
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"
