"""The load generator of the bench has an answer to everything that it sends, and counts each once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from router.bench import load
from router.model.errors import Reason, RouterError
from router.service.errors import item_error
from router.service.shedding import overloaded, overloaded_status
from router.v1 import routing_service_pb2 as pb

COUNT = 40


class Crowded:
    """Turns every third request away once, and answers the others."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def is_full(self, request: pb.SubmitReferralRequest) -> bool:
        """Say whether a request is turned away."""
        self.asked[request.request_id] += 1
        return int(request.request_id) % 3 == 0 and self.asked[request.request_id] == 1

    async def one(self, request: pb.SubmitReferralRequest, context: Any) -> pb.SubmitReferralResponse:
        """Answer a call."""
        if self.is_full(request):
            status = overloaded_status(1)
            await context.abort(status.code, status.details, status.trailing_metadata)
        return pb.SubmitReferralResponse(request_id=request.request_id)

    async def many(self, items: AsyncIterator[pb.SubmitReferralsRequest], _: Any) -> AsyncIterator[Any]:
        """Answer the items of a stream."""
        async for item in items:
            answer = pb.SubmitReferralsResponse(request_id=item.request.request_id)
            if self.is_full(item.request):
                answer.error.CopyFrom(item_error(overloaded(), retry_ms=1))
            elif item.request.request_id == "1":
                answer.error.CopyFrom(item_error(RouterError(Reason.INVALID_FIELD, "never")))
            else:
                answer.response.SetInParent()
            yield answer


async def _measured(crowd: Crowded, file: Path, *, stream: bool) -> load.Result:
    server = grpc.aio.server()
    handlers = {
        load.UNARY: grpc.unary_unary_rpc_method_handler(
            crowd.one, pb.SubmitReferralRequest.FromString, pb.SubmitReferralResponse.SerializeToString
        ),
        load.STREAM: grpc.stream_stream_rpc_method_handler(
            crowd.many, pb.SubmitReferralsRequest.FromString, pb.SubmitReferralsResponse.SerializeToString
        ),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(load.SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        return await load.run(load.Order(f"127.0.0.1:{port}", 1, str(file), stream, in_flight=6, warm_up=8))
    finally:
        await server.stop(None)


@pytest.mark.parametrize("stream", [False, True])
def test_who_is_turned_away_comes_again_and_a_fault_is_counted(tmp_path: Path, *, stream: bool) -> None:
    """Every request is answered once in the end, and only want of room is asked about twice."""
    requests = [pb.SubmitReferralRequest(request_id=str(number)) for number in range(COUNT)]
    # The first are not measured; the one with a fault is.
    requests.append(requests.pop(1))
    written = [(pb.SubmitReferralsRequest(request=one) if stream else one).SerializeToString() for one in requests]
    file = tmp_path / "requests"
    load.write_requests(file, written)
    crowd = Crowded()
    result = asyncio.run(_measured(crowd, file, stream=stream))
    assert (result.answered, result.refused) == (COUNT - 8, int(stream))
    assert crowd.asked == Counter({str(number): 2 if number % 3 == 0 else 1 for number in range(COUNT)})
