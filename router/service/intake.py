"""Takes calls in: a call that there is no room for is refused where it is read, and only the others get a thread.

gRPC's own way gives every call a thread before anybody has looked at it. Threads that only refuse cost more than the
refusal, and take the processor from the batch at random moments: measured at five times the load that a worker can
carry, it then answered a third of what it could. So each unary call of the contract is read on the thread that serves
the socket, and nothing is made for it yet: of five calls four may have to go. Python's gRPC has no public way to do
that; what is used of its inside stands in this module alone.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.message import DecodeError
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

_inside: Any = _server
_NEW_CALL = _inside._REQUEST_CALL_TAG  # noqa: SLF001
_CLOSE = _inside._RECEIVE_CLOSE_ON_SERVER_TOKEN  # noqa: SLF001
_STARTED = _inside._ServerStage.STARTED  # noqa: SLF001
_CODES = _inside._common.STATUS_CODE_TO_CYGRPC_STATUS_CODE  # noqa: SLF001
_State = _inside._RPCState  # noqa: SLF001
_find = _inside._GenericMethod  # noqa: SLF001
_details = _inside._HandlerCallDetails  # noqa: SLF001
_request_call = _inside._request_call  # noqa: SLF001
_request_registered_call = _inside._request_registered_call  # noqa: SLF001
_go_on = _inside._process_event_and_continue  # noqa: SLF001
_begin_shutdown = _inside._begin_shutdown_once  # noqa: SLF001
_receive_close = _inside._receive_close_on_server  # noqa: SLF001
_answer_in_pool = _inside._unary_response_in_pool  # noqa: SLF001

# How often the thread looks whether the server is still wanted.
_LOOK_SECONDS = 1.0
# What a callback of gRPC's loop returns when the call goes on.
_GOES_ON: tuple[None, tuple[()]] = (None, ())

_NOT_READ = rpc_status.to_status(
    status_of(RouterError(Reason.INVALID_FIELD, "the call has no message of its method's kind; send exactly one"))
)
_FAULT = rpc_status.to_status(
    status_of(RouterError(Reason.INTERNAL, "the router met a fault of its own; nothing was changed"))
)


class ReadingPool(ThreadPoolExecutor):
    """The pool of unary calls, whose messages are read first: a thread is for a call that has got a place.

    ``enter`` gives a place or a refusal. It must be quick: every other call waits meanwhile.
    """

    def __init__(self, threads: int, enter: Enter) -> None:
        super().__init__(threads, thread_name_prefix="call")
        self._enter = enter
        self._methods: dict[bytes, Any] = {}

    def serve(self, server: grpc.Server) -> None:
        """Start a server. Calls of handlers in this pool are read here, and the others served as gRPC does."""
        state: Any = server._state  # type: ignore[attr-defined]  # noqa: SLF001
        with state.lock:
            state.server.start()
            state.stage = _STARTED
            for method in state.registered_method_handlers:
                _request_registered_call(state, method)
            _request_call(state)
        threading.Thread(target=self._serve, args=(state,), name="intake", daemon=True).start()

    def _serve(self, state: Any) -> None:
        going_on = True
        while going_on:
            event = state.completion_queue.poll(time.time() + _LOOK_SECONDS)
            if state.server_deallocated:
                _begin_shutdown(state)
            if event.completion_type == cygrpc.CompletionType.queue_timeout:
                continue
            new = event.tag is _NEW_CALL and event.success
            if new and (method := self._method(state, event.call_details.method)) is not None:
                self._read(state, event, method)
            else:
                going_on = _go_on(state, event)
            # gRPC waits in a loop for a call that is still held here when it is polled again.
            del event

    def _method(self, state: Any, name: bytes) -> Any:
        """Return the handler of a method whose calls are read here, else None."""
        method = self._methods.get(name)
        if method is None:
            found = _find(state.generic_handlers).handler(_details(name.decode(errors="replace"), ()))
            if found is not None and getattr(found.unary_unary, "experimental_thread_pool", None) is self:
                method = self._methods[name] = found
        return method

    def _read(self, state: Any, event: Any, method: Any) -> None:
        with state.lock:
            state.due.remove(_NEW_CALL)
            # What stands here is waited for when the server stops.
            state.rpc_states.add(event.call)
            if state.stage is _STARTED:
                _request_call(state)
        received = functools.partial(self._received, state, event, method)
        event.call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), received)

    def _received(self, state: Any, event: Any, method: Any, arrived: Any) -> tuple[None, tuple[()]]:
        request, place = self._place_for(event, method, arrived.batch_operations[0].message())
        if isinstance(place, Place):
            self._begin(state, event, method, functools.partial(method.unary_unary, place=place), request)
        else:
            _refuse(event.call, place)
        return _GOES_ON

    def _place_for(self, event: Any, method: Any, message: bytes | None) -> tuple[Any, Place | grpc.Status]:
        # Whatever happens, the thread that serves every other call must outlive it.
        if message is None:
            return None, _NOT_READ
        try:
            request = method.request_deserializer(message)
            return request, self._enter(request)
        except DecodeError:
            return None, _NOT_READ
        except Exception as fault:  # noqa: BLE001 - as above
            name = event.call_details.method.decode().rpartition("/")[2]
            record(AuditEvent.CALL_FAILED, method=name, error=type(fault).__name__)
            return None, _FAULT

    def _begin(self, state: Any, event: Any, method: Any, handle: Callable[..., bytes], request: Any) -> None:
        """Give a call what gRPC gives each: a state, an ear for the caller's going, and a thread."""
        call = _State()
        with state.lock:
            state.rpc_states.remove(event.call)
            state.rpc_states.add(call)
        with call.condition:
            event.call.start_server_batch((cygrpc.ReceiveCloseOnServerOperation(0),), _receive_close(call))
            call.due.add(_CLOSE)
        serialise = method.response_serializer
        self.submit(call.context.run, _answer_in_pool, event, call, handle, lambda: request, None, serialise)


def in_pool(handle: Callable[..., Any], pool: ThreadPoolExecutor) -> Callable[..., Any]:
    """Return a handler that gRPC runs in a pool of its own."""

    @functools.wraps(handle)
    def run(request: Any, context: grpc.ServicerContext, **more: Any) -> Any:
        return handle(request, context, **more)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]
    return run


def _refuse(call: Any, status: grpc.Status) -> None:
    """End a call in one step, whether or not its caller is still there."""
    code, details = _CODES[status.code], status.details.encode()
    steps = (
        cygrpc.SendInitialMetadataOperation(None, 0),
        cygrpc.SendStatusFromServerOperation(status.trailing_metadata, code, details, 0),
        cygrpc.ReceiveCloseOnServerOperation(0),
    )
    call.start_server_batch(steps, lambda _: (call, ()))
