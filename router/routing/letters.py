"""The decision in plain words, one text each for the parent, the referrer and the receiving service.

Every text is written to be read by somebody it was not meant for: it names nobody, says nothing of a partner, and
leaves out a service whose very name would disclose abuse, unless its reader may know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from router.model.facts import Privacy
from router.routing.decision import Decision, Outcome
from router.routing.derive import LONDON
from router.routing.loss import Life
from router.rules.pack import Pack

_A_SERVICE = "support service"
_A_SERVICE_PLAIN = "a service that will explain to you what it does."
_SOON_HOURS = 48
_LOSS_PHRASES = {Life.LOST: "loss", Life.IN_DOUBT: "loss-in-doubt"}


@dataclass(frozen=True, slots=True)
class Texts:
    """One explanation for each reader."""

    for_parent: str
    for_referrer: str
    for_receiver: str


def texts_of(decision: Decision, pack: Pack, when: str) -> Texts:
    """Return the decision in words; ``when`` says by when it will be answered."""
    lead_may_see = pack.services[decision.lead].may_see if decision.lead else frozenset()
    return Texts(
        for_parent=_parent(decision, pack, when),
        for_referrer=_colleague(decision, pack, when, pack.letters.referrer, frozenset(), is_receiver=False),
        for_receiver=_colleague(decision, pack, when, pack.letters.receiver, lead_may_see, is_receiver=True),
    )


def when_in_words(moment: datetime, as_of: datetime) -> str:
    """Say by when: in hours where that is soon, else by date."""
    hours = round((moment - as_of).total_seconds() / 3600)
    if hours <= _SOON_HOURS:
        return f"within {hours} hours"
    local = moment.astimezone(LONDON)
    return f"by {local.day} {local:%B %Y}"


def holder_in_words(decision: Decision, pack: Pack) -> str:
    """Say who holds the family meanwhile."""
    if decision.held_by.is_desk:
        return pack.desk_labels[decision.held_by.name]
    service = pack.services.get(decision.held_by.name)
    return f"the {service.label}" if service and not service.confidential else "the service that you know"


def _visible(decision: Decision, pack: Pack, may_see: frozenset[Privacy]) -> str:
    labels = []
    for supporter in decision.supporting:
        service = pack.services[supporter.service]
        if service.confidential is None or service.confidential in may_see:
            labels.append(service.label)
    return ", ".join(labels)


def _parent(decision: Decision, pack: Pack, when: str) -> str:
    phrases = pack.letters.parent
    parts = [_say(phrases, "loss")] if decision.loss is Life.LOST else []
    if decision.outcome is Outcome.DESK:
        parts.append(_say(phrases, "desk", desk=pack.desk_labels[decision.desk], when=when))
    else:
        service = pack.services[decision.lead]
        known = service.confidential is None
        what_it_is = (service.plain_after_loss or service.plain) if decision.loss else service.plain
        label, plain = (service.label, what_it_is) if known else (_A_SERVICE, _A_SERVICE_PLAIN)
        key = "lead-accepted" if decision.accepted else "lead"
        parts.append(_say(phrases, key, service=label, service_plain=plain, when=when))
        # a reason is a criterion's label, and labels speak of babies who live
        if known and not decision.loss:
            parts.append(_say(phrases, "reason", reason=_lower(decision.main_reason)))
        supporting = _visible(decision, pack, frozenset())
        if supporting:
            parts.append(_say(phrases, "supporting", supporting=supporting))
        if not decision.accepted:
            parts.append(_say(phrases, "meanwhile", holder=holder_in_words(decision, pack)))
    parts.append(_say(phrases, "right"))
    return " ".join(part for part in parts if part)


def _colleague(
    decision: Decision,
    pack: Pack,
    when: str,
    phrases: Mapping[str, str],
    may_see: frozenset[Privacy],
    *,
    is_receiver: bool,
) -> str:
    parts = [_say(phrases, _LOSS_PHRASES[decision.loss])] if decision.loss else []
    if decision.outcome is Outcome.DESK:
        desk = pack.desk_labels[decision.desk]
        parts.append(_say(phrases, "desk", desk=desk, reason=decision.main_reason, when=when))
    else:
        service = pack.services[decision.lead]
        hidden = not is_receiver and service.confidential is not None
        label = "A service that the desk will name" if hidden else service.label
        key = "lead-accepted" if decision.accepted else "lead"
        parts.append(_say(phrases, key, service=label, when=when))
        if not hidden:
            parts.append(_say(phrases, "reason", reason=_lower(decision.main_reason)))
        supporting = _visible(decision, pack, may_see)
        if supporting:
            parts.append(_say(phrases, "supporting", supporting=supporting))
        if not decision.accepted:
            parts.append(_say(phrases, "meanwhile", holder=holder_in_words(decision, pack)))
    if decision.duplicates:
        parts.append(_say(phrases, "duplicate"))
    asked = " ".join(
        question.ask for question in decision.questions if pack.facts[question.fact].privacy is Privacy.ORDINARY
    )
    if asked:
        parts.append(_say(phrases, "questions", questions=asked))
    if is_receiver and decision.safety:
        parts.append(_say(phrases, "safety"))
    return " ".join(part for part in parts if part)


def _say(phrases: Mapping[str, str], key: str, **values: str) -> str:
    phrase = phrases.get(key, "")
    for name, value in values.items():
        phrase = phrase.replace("{" + name + "}", value)
    return phrase


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
