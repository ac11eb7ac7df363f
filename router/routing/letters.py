"""The decision in plain words, one text each for the parent, the referrer and the receiving service.

Every text is written to be read by somebody it was not meant for: it names nobody, says nothing of a partner, and
leaves out a service whose very name would disclose abuse, unless its reader may know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from router.model.facts import Privacy
from router.routing.decision import Decision, Holder, Outcome
from router.routing.derive import LONDON
from router.routing.loss import Life
from router.rules.pack import Pack

_A_SERVICE = "a support service"
_A_SERVICE_PLAIN = "a service that will explain to you what it does."
_SOON_HOURS = 48
_LOSS_PHRASES = {Life.LOST: "loss", Life.IN_DOUBT: "loss-in-doubt"}


@dataclass(frozen=True, slots=True)
class Texts:
    """One explanation for each reader."""

    for_parent: str
    for_referrer: str
    for_receiver: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What the texts speak of. A decision has it, and so has one that was recorded.

    ``lead`` is empty where a desk holds the family. ``asked`` are the questions about facts that anybody may read of.
    """

    lead: str
    desk: str
    accepted: bool
    loss: Life | None
    main_reason: str
    supporting: tuple[str, ...]
    held_by: Holder
    is_duplicate: bool
    asked: tuple[str, ...]
    shows_danger: bool


def texts_of(decision: Decision, pack: Pack, when: str) -> Texts:
    """Return the decision in words; ``when`` says by when it will be answered."""
    matter = Matter(
        lead="" if decision.outcome is Outcome.DESK else decision.lead,
        desk=decision.desk,
        accepted=decision.accepted,
        loss=decision.loss,
        main_reason=decision.main_reason,
        supporting=tuple(one.service for one in decision.supporting),
        held_by=decision.held_by,
        is_duplicate=bool(decision.duplicates),
        asked=tuple(one.ask for one in decision.questions if is_asked_openly(one.fact, pack)),
        shows_danger=bool(decision.safety),
    )
    return write(matter, pack, when)


def write(matter: Matter, pack: Pack, when: str) -> Texts:
    """Return the texts for the three readers; ``when`` says by when the decision will be answered."""
    lead_may_see = pack.services[matter.lead].may_see if matter.lead else frozenset()
    return Texts(
        for_parent=_parent(matter, pack, when),
        for_referrer=_colleague(matter, pack, when, pack.letters.referrer, frozenset(), is_receiver=False),
        for_receiver=_colleague(matter, pack, when, pack.letters.receiver, lead_may_see, is_receiver=True),
    )


def is_asked_openly(fact: str, pack: Pack) -> bool:
    """Return whether a question about a fact may stand in a text that anybody may come to read."""
    return pack.facts[fact].privacy is Privacy.ORDINARY


def when_in_words(moment: datetime, as_of: datetime) -> str:
    """Say by when: in hours where that is soon, else by date."""
    hours = round((moment - as_of).total_seconds() / 3600)
    if hours <= _SOON_HOURS:
        return f"within {hours} hours"
    local = moment.astimezone(LONDON)
    return f"by {local.day} {local:%B %Y}"


def holder_in_words(holder: Holder, pack: Pack) -> str:
    """Say who holds the family meanwhile."""
    if holder.is_desk:
        return pack.desk_labels[holder.name]
    service = pack.services.get(holder.name)
    return service.in_sentence if service and not service.confidential else "the service that you know"


def _visible(matter: Matter, pack: Pack, may_see: frozenset[Privacy]) -> str:
    labels = []
    for supporter in matter.supporting:
        service = pack.services[supporter]
        if service.confidential is None or service.confidential in may_see:
            labels.append(service.in_sentence)
    return ", ".join(labels)


def _parent(matter: Matter, pack: Pack, when: str) -> str:
    phrases = pack.letters.parent
    parts = [_say(phrases, "loss")] if matter.loss is Life.LOST else []
    if not matter.lead:
        parts.append(_say(phrases, "desk", desk=pack.desk_labels[matter.desk], when=when))
    else:
        service = pack.services[matter.lead]
        known = service.confidential is None
        what_it_is = (service.plain_after_loss or service.plain) if matter.loss else service.plain
        label, plain = (service.in_sentence, what_it_is) if known else (_A_SERVICE, _A_SERVICE_PLAIN)
        key = "lead-accepted" if matter.accepted else "lead"
        parts.append(_say(phrases, key, service=label, service_plain=_lower(plain), when=when))
        # a reason is a criterion's label, and labels speak of babies who live
        if known and not matter.loss:
            parts.append(_say(phrases, "reason", reason=_lower(matter.main_reason)))
        supporting = _visible(matter, pack, frozenset())
        if supporting:
            parts.append(_say(phrases, "supporting", supporting=supporting))
        if not matter.accepted:
            parts.append(_say(phrases, "meanwhile", holder=holder_in_words(matter.held_by, pack)))
    parts.append(_say(phrases, "right"))
    return " ".join(part for part in parts if part)


def _colleague(
    matter: Matter,
    pack: Pack,
    when: str,
    phrases: Mapping[str, str],
    may_see: frozenset[Privacy],
    *,
    is_receiver: bool,
) -> str:
    parts = [_say(phrases, _LOSS_PHRASES[matter.loss])] if matter.loss else []
    if not matter.lead:
        desk = pack.desk_labels[matter.desk]
        parts.append(_say(phrases, "desk", desk=desk, reason=matter.main_reason, when=when))
    else:
        service = pack.services[matter.lead]
        hidden = not is_receiver and service.confidential is not None
        label = "a service that the desk will name" if hidden else service.in_sentence
        key = "lead-accepted" if matter.accepted else "lead"
        parts.append(_say(phrases, key, service=label, when=when))
        if not hidden:
            parts.append(_say(phrases, "reason", reason=_lower(matter.main_reason)))
        supporting = _visible(matter, pack, may_see)
        if supporting:
            parts.append(_say(phrases, "supporting", supporting=supporting))
        if not matter.accepted:
            parts.append(_say(phrases, "meanwhile", holder=holder_in_words(matter.held_by, pack)))
    if matter.is_duplicate:
        parts.append(_say(phrases, "duplicate"))
    asked = " ".join(matter.asked)
    if asked:
        parts.append(_say(phrases, "questions", questions=asked))
    if is_receiver and matter.shows_danger:
        parts.append(_say(phrases, "safety"))
    return " ".join(part for part in parts if part)


def _say(phrases: Mapping[str, str], key: str, **values: str) -> str:
    phrase = phrases.get(key, "")
    for name, value in values.items():
        phrase = phrase.replace("{" + name + "}", value)
    # A phrase may begin with what stands within a sentence elsewhere.
    return phrase[:1].upper() + phrase[1:]


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
