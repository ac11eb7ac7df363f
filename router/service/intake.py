"""Takes calls in: a call that there is no room for is refused where it is read, and only the others get a thread.

gRPC's own way gives every call a thread before anybody has looked at it. Threads that only refuse cost more than the
refusal, and take the processor from the batch at random moments: measured at five times the load that a worker can carry,
it then answers a third of what it could. So each unary call of the contract is read on the thread that serves the
socket. Python's gRPC has no public way to do that; what is used of its inside stands in this module alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
from grpc import _server  # type: ignore[attr-defined]
from grpc._cython import cygrpc  # type: ignore[import-untyped]

from router.audit.events import AuditEvent
from router.audit.log import record
from router.service.admission import Place

Enter = Callable[[Any], Place | grpc.Status]
Handle = Callable[[Any, grpc.ServicerContext, Place], bytes]

_abort = _server._abort  # noqa: SLF001
_is_active = _server._is_rpc_state_active  # noqa: SLF001
_receive_message = _server._receive_message  # noqa: SLF001
_MESSAGE = _server._RECEIVE_MESSAGE_TOKEN  # noqa: SLF001
_DONE: Future[None] = Future()
_DONE.set_result(None)


class ReadingPool(ThreadPoolExecutor):
    """The pool of unary calls: reads a call's message first, and gives a thread to a call that has got a place.

    ``enter`` gives a place or a refusal. It must be quick: every other call waits meanwhile.
    """

    def __init__(self, threads: int, enter: Enter) -> None:
        super().__init__(threads, thread_name_prefix="call")
        self._enter = enter

    def submit(self, run: Any, in_pool: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Begin a call, as gRPC hands it over."""
        event, state, handle, _, parse, serialise = args
        take = _receive_message(state, event.call, parse)

        def received(arrived: Any) -> Any:
            outcome = take(arrived)
            with state.condition:
                request, state.request = state.request, None
                # The caller may have gone, or the message was none of the contract's and the call was ended for it.
                active = _is_active(state)
            if not active:
                return outcome
            if request is None:
                _end(state, event, grpc.StatusCode.UNIMPLEMENTED, "the call has no message; send exactly one")
                return outcome
            try:
                place = self._enter(request)
                if not isinstance(place, Place):
                    _end(state, event, place.code, place.details, place.trailing_metadata)
                    return outcome
                handler = functools.partial(handle, place=place)
                try:
                    super(ReadingPool, self).submit(
                        run, in_pool, event, state, handler, lambda: request, parse, serialise
                    )
                except BaseException:
                    place.give_back()
                    raise
            except Exception as fault:  # noqa: BLE001 - this thread serves every other call too
                method = type(request).__name__.removesuffix("Request")
                record(AuditEvent.CALL_FAILED, method=method, error=type(fault).__name__)
                _end(state, event, grpc.StatusCode.INTERNAL, "the router met a fault of its own; nothing was changed")
            return outcome

        with state.condition:
            event.call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), received)
            state.due.add(_MESSAGE)
        return _DONE


def in_pool(handle: Callable[..., Any], pool: ThreadPoolExecutor) -> Callable[..., Any]:
    """Return a handler that gRPC runs in a pool of its own."""

    @functools.wraps(handle)
    def run(request: Any, context: grpc.ServicerContext, **more: Any) -> Any:
        return handle(request, context, **more)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]
    return run


def _end(state: Any, event: Any, code: grpc.StatusCode, details: str, metadata: Any = None) -> None:
    with state.condition:
        state.code, state.details, state.trailing_metadata = code, details.encode(), metadata
        _abort(state, event.call, cygrpc.StatusCode.unknown, b"")
