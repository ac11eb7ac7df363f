"""Makes the referrals that are sent: real messages of the made-up population, copied to families of their own.

Reading thousands of native files would take longer than the measurement, so the population's messages are read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random

from adapters.outcome import Mapped
from adapters.population import population
from adapters.read import read
from router.bench.people import OtherPeople, Register
from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import About, FactDefinition, FactType
from router.routing.case import HeldReferral, ReferralState
from router.routing.safety import findings
from router.rules.pack import Pack
from router.service.decode import decode_event
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb

FAMILIES = 60
MOST_NUMBER = 60
_CHILDREN = (pb.PERSON_ROLE_INFANT, pb.PERSON_ROLE_UNBORN)


@dataclass(slots=True)
class Source:
    """Gives requests without end; no two copies share a family."""

    pack: Pack
    seed: int
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    _rng: Random = field(init=False)
    _templates: tuple[pb.ReferralEvent, ...] = field(init=False)
    _plain: Iterator[bytes] = field(init=False)
    _varied: Iterator[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)  # noqa: S311 - synthetic people, not secrets
        self._templates = population_events(self.today)
        register = Register(self._rng)
        copies = iter(range(1, 1 << 30))
        self._plain = self._requests(copies, register, None)
        self._varied = self._requests(copies, register, _RandomFacts(self.pack, self._rng))

    @property
    def kinds(self) -> int:
        """How many referrals the copies are made from."""
        return len(self._templates)

    def plain(self, count: int) -> list[bytes]:
        """Return requests that state what the population's messages state: few vectors of tokens."""
        return [next(self._plain) for _ in range(count)]

    def varied(self, count: int) -> list[bytes]:
        """Return requests that state facts at random: hardly two with the same tokens."""
        return [next(self._varied) for _ in range(count)]

    def _requests(self, copies: Iterator[int], register: Register, facts: _RandomFacts | None) -> Iterator[bytes]:
        for copy in copies:
            people = OtherPeople(copy, self._rng, self.today, register)
            for template in self._templates:
                event = pb.ReferralEvent()
                event.CopyFrom(template)
                people.replace(event)
                if facts is not None:
                    facts.state(event)
                yield self._request(event)

    def _request(self, event: pb.ReferralEvent) -> bytes:
        request_id = f"bench-{self._rng.getrandbits(128):032x}"
        context = service_pb.CallContext(
            caller=event.source_system,
            reader=service_pb.READER_KIND_REFERRER,
            purpose=service_pb.PURPOSE_DIRECT_CARE,
            correlation_id=request_id,
        )
        return service_pb.SubmitReferralRequest(request_id=request_id, context=context, event=event).SerializeToString()


def as_stream_item(request: bytes) -> bytes:
    """Return a request as the stream takes it."""
    return service_pb.SubmitReferralsRequest(
        request=service_pb.SubmitReferralRequest.FromString(request)
    ).SerializeToString()


def shows_danger(request: bytes) -> bool:
    """Return whether the safety floor sees danger in a request to submit, when it reads the whole of it."""
    event = decode_event(service_pb.SubmitReferralRequest.FromString(request).event)
    held = HeldReferral(1, event, ReferralState.OPEN, {})
    return bool(findings((held,), event.occurred_at))


class _RandomFacts:
    """Replaces what a referral states of facts without danger: as many facts, other ones, with any value."""

    def __init__(self, pack: Pack, rng: Random) -> None:
        self._rng = rng
        self._facts = [
            one
            for name, one in pack.facts.items()
            if not one.derivation and name not in TRIGGERS_BY_FACT and one.type is not FactType.DATE
        ]

    def state(self, event: pb.ReferralEvent) -> None:
        """Change the observations of ``event``; those of danger stay as they are."""
        dangers = [one for one in event.observations if one.fact in TRIGGERS_BY_FACT]
        number = len(event.observations) - len(dangers)
        stated = [self._observation(one, event) for one in self._rng.sample(self._facts, number)]
        del event.observations[:]
        event.observations.extend([*dangers, *stated])

    def _observation(self, fact: FactDefinition, event: pb.ReferralEvent) -> pb.Observation:
        made = pb.Observation(fact=fact.name, subject_ref=_subject(fact.about, event.people))
        made.observed_at.CopyFrom(event.occurred_at)
        if fact.type is FactType.YES_NO:
            made.yes_no = self._rng.random() < 0.5  # noqa: PLR2004 - even chances
        elif fact.type is FactType.NUMBER:
            made.number = self._rng.randrange(MOST_NUMBER)
        else:
            made.choice = self._rng.choice(fact.choices)
        return made


def _subject(about: About, people: Sequence[pb.Person]) -> str:
    if about is not About.INFANT:
        return ""
    return next((one.ref for one in people if one.role in _CHILDREN), "")


def population_events(today: date) -> tuple[pb.ReferralEvent, ...]:
    """Return the population's referrals as the adapters map them."""
    return tuple(
        item.event
        for file in population(families=FAMILIES, as_at=today)
        for item in read(file.source, file.data)
        if isinstance(item, Mapped)
    )
