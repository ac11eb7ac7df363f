"""Sends requests as an upstream system should: under one id until it is answered, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import grpc

from router.v1 import routing_service_pb2 as pb

_AGAIN = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    )
)
_STATUS = "grpc-status-details-bin"
_PAUSE_SECONDS = 0.05
_TRY_SECONDS = 20
_SERVICE = pb.DESCRIPTOR.services_by_name["RoutingService"].full_name
#: By the name of a request's message.
_METHODS: dict[str, tuple[str, Any]] = {
    method.input_type.name: (f"/{_SERVICE}/{method.name}", method.output_type._concrete_class)
    for method in pb.DESCRIPTOR.services_by_name["RoutingService"].methods
}


class Delivery:
    """Channels of their own to every replica. ``tries`` counts every call made, ``answered`` those that were."""

    def __init__(self, addresses: Sequence[str], *, channels: int = 8) -> None:
        self._addresses = addresses
        self._channels = channels
        self._stack = AsyncExitStack()
        self._open: list[grpc.aio.Channel] = []
        self._next = 0
        self.tries = 0
        self.answered = 0

    async def __aenter__(self) -> Self:
        options = [
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.min_reconnect_backoff_ms", 50),
            ("grpc.max_reconnect_backoff_ms", 200),
        ]
        # Of each replica in turn, so that calls one after the other go to different ones.
        for _ in range(self._channels):
            for address in self._addresses:
                channel = grpc.aio.insecure_channel(address, options)
                self._open.append(await self._stack.enter_async_context(channel))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def send(self, request: Any) -> Any:
        """Send a request until it is answered; a refusal that another try cannot mend is raised."""
        path, answer = _METHODS[type(request).__name__]
        while True:
            channel = self._open[self._next % len(self._open)]
            self._next += 1
            self.tries += 1
            call = channel.unary_unary(
                path, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
            )
            try:
                answer_given = await call(request, timeout=_TRY_SECONDS)
            except grpc.aio.AioRpcError as error:
                if error.code() not in _AGAIN and not _is_of_the_connection(error):
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self.answered += 1
                return answer_given


def _is_of_the_connection(error: grpc.aio.AioRpcError) -> bool:
    # The router gives a reason with each of its own.
    return error.code() is grpc.StatusCode.INTERNAL and not dict(error.trailing_metadata() or ()).get(_STATUS)
