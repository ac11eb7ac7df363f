"""What the load generator sends: valid referrals, of families of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from router.bench.events import Source
from router.rules.loader import load_pack
from router.service.decode import decode_event
from router.service.settings import DEFAULT_PACK
from router.service.validate import validate
from router.v1 import routing_service_pb2 as pb

SEED = 7


@pytest.fixture(scope="module")
def source() -> Source:
    """Make one source for all tests; they take what comes next."""
    return Source(load_pack(DEFAULT_PACK), SEED)


@pytest.mark.parametrize("kind", ["plain", "varied"])
def test_every_request_is_valid_and_its_own(source: Source, kind: str) -> None:
    """The router would refuse none of them, and takes none for one that it knows."""
    requests = [pb.SubmitReferralRequest.FromString(one) for one in getattr(source, kind)(3 * source.kinds)]
    for request in requests:
        validate(request)
        decode_event(request.event)
    assert len({one.request_id for one in requests}) == len(requests)
    sources = Counter(
        (one.event.source_system, one.event.source_reference, one.event.source_version) for one in requests
    )
    assert max(sources.values()) == 1


def test_copies_state_the_same_facts_of_other_people(source: Source) -> None:
    """So copies meet the same criteria, and are matched with nobody of another copy."""
    first, second = ([pb.SubmitReferralRequest.FromString(one).event for one in _whole_copy(source)] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert list(one.observations) == list(other.observations)
    assert _chis(first).isdisjoint(_chis(second))


def test_a_family_known_to_several_systems_stays_one(source: Source) -> None:
    """One person is told of under one number wherever a copy tells of her."""
    events = [pb.SubmitReferralRequest.FromString(one).event for one in _whole_copy(source)]
    systems = Counter(chi for event in events for chi in _chis([event]))
    assert max(systems.values()) > 1


def test_varied_requests_state_different_facts(source: Source) -> None:
    """Hardly two of them can have the same tokens."""
    requests = [pb.SubmitReferralRequest.FromString(one).event for one in source.varied(2 * source.kinds)]
    stated = {tuple((o.fact, o.yes_no, o.choice, o.number) for o in event.observations) for event in requests}
    assert len(stated) > 0.95 * len(requests)


def _whole_copy(source: Source) -> list[bytes]:
    # from the first referral of a copy to its last, wherever earlier tests left off
    requests = source.plain(1)
    while _reference(requests[-1]) != _first_reference(source):
        requests = source.plain(1)
    return requests + source.plain(source.kinds - 1)


def _reference(request: bytes) -> str:
    return pb.SubmitReferralRequest.FromString(request).event.source_reference.rpartition("-")[0]


def _first_reference(source: Source) -> str:
    return source._templates[0].source_reference[:48]


def _chis(events: list) -> set[str]:
    return {
        identifier.value
        for event in events
        for person in event.people
        for identifier in person.identifiers
        if len(identifier.value) == 10 and identifier.value.isdigit()
    }
