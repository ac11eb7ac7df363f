"""Takes calls in: a call that there is no room for is refused where it is read, and only the others get a thread.

gRPC's own way gives every call a thread before anybody has looked at it. Threads that only refuse cost more than the
refusal, and take the processor from the batch at random moments: measured at five times the load that a worker can
carry, it then answered a third of what it could. So each unary call of the contract is read on the thread that serves
the socket. Python's gRPC has no public way to do that; what is used of its inside stands in this module alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
from google.rpc import code_pb2, status_pb2
from grpc import _server
from grpc._cython import cygrpc  # type: ignore[attr-defined]
from grpc_status import rpc_status

from router.audit.events import AuditEvent
from router.audit.log import record
from router.model.errors import Reason, RouterError
from router.service.admission import Place
from router.service.errors import status_of

Enter = Callable[[Any], Place | grpc.Status]
Handle = Callable[[Any, grpc.ServicerContext, Place], bytes]

_abort = _server._abort  # noqa: SLF001
_is_active = _server._is_rpc_state_active  # noqa: SLF001
_receive_message = _server._receive_message  # noqa: SLF001
_MESSAGE = _server._RECEIVE_MESSAGE_TOKEN  # noqa: SLF001
_NO_MESSAGE = rpc_status.to_status(
    status_pb2.Status(code=code_pb2.UNIMPLEMENTED, message="the call has no message; send exactly one")
)
_FAULT = rpc_status.to_status(
    status_of(RouterError(Reason.INTERNAL, "the router met a fault of its own; nothing was changed"))
)
_DONE: Future[None] = Future()
_DONE.set_result(None)


class ReadingPool(ThreadPoolExecutor):
    """The pool of unary calls: reads a call's message first, and gives a thread to a call that has got a place.

    ``enter`` gives a place or a refusal. It must be quick: every other call waits meanwhile.
    """

    def __init__(self, threads: int, enter: Enter) -> None:
        super().__init__(threads, thread_name_prefix="call")
        self._enter = enter

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Begin a call, as gRPC hands it over."""
        in_pool, event, state, handle, _, parse, serialise = args
        take = _receive_message(state, event.call, parse)

        def received(arrived: Any) -> Any:
            outcome = take(arrived)
            with state.condition:
                request, state.request = state.request, None
                # The caller may have gone, or the message was none of the contract's and the call was ended for it.
                active = _is_active(state)
            if active and request is None:
                _end(state, event, _NO_MESSAGE)
            elif active:
                place = self._place_for(request)
                if isinstance(place, Place):
                    handler = functools.partial(handle, place=place)
                    super(ReadingPool, self).submit(
                        fn, in_pool, event, state, handler, lambda: request, parse, serialise
                    )
                else:
                    _end(state, event, place)
            return outcome

        with state.condition:
            event.call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), received)
            state.due.add(_MESSAGE)
        return _DONE

    def _place_for(self, request: Any) -> Place | grpc.Status:
        try:
            return self._enter(request)
        except Exception as fault:  # noqa: BLE001 - the thread that serves every other call must outlive it
            method = type(request).__name__.removesuffix("Request")
            record(AuditEvent.CALL_FAILED, method=method, error=type(fault).__name__)
            return _FAULT


def in_pool(handle: Callable[..., Any], pool: ThreadPoolExecutor) -> Callable[..., Any]:
    """Return a handler that gRPC runs in a pool of its own."""

    @functools.wraps(handle)
    def run(request: Any, context: grpc.ServicerContext, **more: Any) -> Any:
        return handle(request, context, **more)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]
    return run


def _end(state: Any, event: Any, status: grpc.Status) -> None:
    with state.condition:
        state.code, state.details = status.code, status.details.encode()
        state.trailing_metadata = status.trailing_metadata
        _abort(state, event.call, cygrpc.StatusCode.unknown, b"")
