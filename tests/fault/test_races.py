"""Two referrals for one new family at the same instant: one family, one episode, one lead, and both are told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from router.store.ids import parse
from router.v1 import notice_pb2
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.requests import DESK, LANARKSHIRE, choice, event, submit
from tests.support.serving import Service, serving

RACES = 500
SENDERS = (("badgernet-lanarkshire", "neonatal-follow-up"), ("chsp-lanarkshire", "health-visiting"))
MODERATE = choice("parent_illness_severity", "moderate")


def race(stubs: list[RoutingServiceStub], number: int) -> list[pb.SubmitReferralResponse]:
    """Send both referrals at once, each over a connection of its own."""
    start = threading.Barrier(len(SENDERS))
    requests = [submit(event(number, MODERATE, source=source, referrer=referrer)) for source, referrer in SENDERS]

    def send(place: int) -> pb.SubmitReferralResponse:
        start.wait()
        return stubs[place].SubmitReferral(requests[place])

    with ThreadPoolExecutor(len(SENDERS)) as pool:
        return list(pool.map(send, range(len(SENDERS))))


def worker_of(referral_id: str) -> int:
    """Return the number of the process that made an id: the 12 bits above its counter of 10."""
    return parse("ref", referral_id) >> 10 & 0xFFF


def told(service: Service, recipient: str) -> set[str]:
    """Return the ids of the families of which a recipient was told that it was referred again."""
    families: set[str] = set()
    after = 0
    while True:
        request = pb.ListNoticesRequest(context=DESK, recipient=recipient, after_sequence=after, page_size=1000)
        page = service.stub.ListNotices(request)
        if not page.notices:
            return families
        families.update(one.notice_id for one in page.notices if one.kind == notice_pb2.NOTICE_KIND_ALSO_REFERRED)
        after = page.next_after_sequence


def test_races_for_one_new_family(tmp_path: Path) -> None:
    """Through two workers: never two families, two episodes or two leads, and each sender hears of the other."""
    with serving(tmp_path, workers=2) as service:
        # a connection of its own for each sender, so that both workers take part
        options = [("grpc.use_local_subchannel_pool", 1)]
        channels = [[grpc.insecure_channel(service.address, options) for _ in SENDERS] for _ in range(4)]
        workers_seen: set[int] = set()
        for number in range(1, RACES + 1):
            stubs = [RoutingServiceStub(channel) for channel in channels[number % len(channels)]]
            answers = race(stubs, number)
            assert len({one.decision.family_id for one in answers}) == 1, f"race {number}: two families"
            assert len({one.decision.episode_id for one in answers}) == 1, f"race {number}: two episodes"
            duplicates = [list(one.decision.duplicate_of) for one in answers]
            assert sorted(map(len, duplicates)) == [0, 1], f"race {number}: one of the two is the duplicate"
            request = pb.ListDecisionsRequest(context=DESK, family_id=answers[0].decision.family_id)
            standing = service.stub.ListDecisions(request).decisions
            proposed = [one for one in standing if one.state == 1]
            assert len(proposed) == 1, f"race {number}: {len(proposed)} leads are proposed"
            workers_seen.update(worker_of(one.referral_id) for one in answers)
        for group in channels:
            for channel in group:
                channel.close()
        for _, referrer in SENDERS:
            assert len(told(service, f"{referrer}@{LANARKSHIRE}")) == RACES, f"{referrer} was not always told"
        assert len(workers_seen) >= 2, "both workers took part"
