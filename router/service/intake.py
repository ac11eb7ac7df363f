"""Takes calls in: a call that there is no room for is refused where it is read, and only the others get a thread.

gRPC's own way gives every call a thread before anybody has looked at it. Handing calls over to threads that only refuse
them costs more than the refusal, and takes the processor from the batch at random moments: measured at five times the
load that a worker can carry, it then answers a third of what it could. So each unary call of the contract is read on the
thread that serves the socket. Python's gRPC has no public way to do that; what is used of its inside stands in this
module alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc import _server  # type: ignore[attr-defined]
from grpc._cython import cygrpc  # type: ignore[import-untyped]

from router.audit.events import AuditEvent
from router.audit.log import record
from router.service.admission import Place

Enter = Callable[[Any], Place | grpc.Status]
Handle = Callable[[Any, grpc.ServicerContext, Place], bytes]


class _AtOnce(ThreadPoolExecutor):
    """Runs what it is given at once, on the thread that gives it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


_AT_ONCE = _AtOnce(max_workers=1)


def unary_handler(
    kind: type[Message], handle: Handle, enter: Enter, calls: ThreadPoolExecutor
) -> grpc.RpcMethodHandler[Any, Any]:
    """Return the handler of a unary call: ``enter`` gives it a place or a refusal, and ``handle`` runs in ``calls``.

    ``enter`` must be quick: every other call waits meanwhile.
    """

    def begin(_requests: object, context: Any, _answer: object) -> None:
        _Reading(kind.FromString, handle, enter, calls, context).start()

    # As a stream, so that gRPC does not wait for the message; on the wire there is no difference.
    begin.experimental_non_blocking = True  # type: ignore[attr-defined]
    begin.experimental_thread_pool = _AT_ONCE  # type: ignore[attr-defined]
    return grpc.stream_stream_rpc_method_handler(begin)


class _Reading:
    """One call whose message is being read."""

    def __init__(
        self, parse: Callable[[bytes], Any], handle: Handle, enter: Enter, calls: ThreadPoolExecutor, context: Any
    ) -> None:
        self._parse = parse
        self._handle = handle
        self._enter = enter
        self._calls = calls
        self._event = context._rpc_event  # noqa: SLF001 - see the module
        self._state = context._state  # noqa: SLF001

    def start(self) -> None:
        """Ask for the message."""
        state, call = self._state, self._event.call
        take = _server._receive_message(state, call, self._parse)  # noqa: SLF001
        with state.condition:
            call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), functools.partial(self._received, take))
            state.due.add(_server._RECEIVE_MESSAGE_TOKEN)  # noqa: SLF001

    def _received(self, take: Callable[[Any], Any], event: Any) -> Any:
        outcome = take(event)
        state = self._state
        with state.condition:
            request, state.request = state.request, None
            active = _server._is_rpc_state_active(state)  # noqa: SLF001
        if not active:
            # The caller has gone, or the message was no message of the contract and the call was ended for it.
            return outcome
        if request is None:
            self._end(grpc.StatusCode.UNIMPLEMENTED, "the call has no message; send exactly one")
            return outcome
        try:
            self._let_in(request)
        except Exception as fault:  # noqa: BLE001 - this thread serves every other call too
            record(AuditEvent.CALL_FAILED, method=type(request).__name__.removesuffix("Request"), error=type(fault).__name__)
            self._end(grpc.StatusCode.INTERNAL, "the router met a fault of its own; nothing was changed")
        return outcome

    def _let_in(self, request: Any) -> None:
        place = self._enter(request)
        if not isinstance(place, Place):
            self._end(place.code, place.details, place.trailing_metadata)
            return
        handle = functools.partial(self._handle, place=place)
        try:
            self._calls.submit(
                self._state.context.run,
                _server._unary_response_in_pool,  # noqa: SLF001
                self._event,
                self._state,
                handle,
                lambda: request,
                None,
                None,
            )
        except BaseException:
            place.give_back()
            raise

    def _end(self, code: grpc.StatusCode, details: str, metadata: Any = None) -> None:
        state = self._state
        with state.condition:
            state.code, state.details, state.trailing_metadata = code, details.encode(), metadata
            _server._abort(state, self._event.call, cygrpc.StatusCode.unknown, b"")  # noqa: SLF001
