"""Takes calls in: a call that there is no room for is refused where it is read, and only few others need a thread.

gRPC's own way gives every call a thread before anybody has looked at it. Threads that only refuse, or wait for a batch,
cost more than the refusal, and take the processor from the batch at random moments: measured at five times the load
that a worker can carry, it then answered a third of what it could. So each unary call of the contract is read on the
thread that serves the socket, where nothing is made for it yet: of five calls four may have to go. Who has a place is
checked and handed over there too, and answered by the thread that has the answer. Python's gRPC has no public way to do
that; what is used of its inside stands in this module alone.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from grpc import _server
from grpc._cython import cygrpc  # type: ignore[attr-defined]
from grpc_status import rpc_status

from router.audit.events import AuditEvent
from router.audit.log import record
from router.model.errors import Reason, RouterError
from router.service.admission import Place
from router.service.errors import late, status_of

Enter = Callable[[Any], Place | grpc.Status]

_inside: Any = _server
_NEW_CALL = _inside._REQUEST_CALL_TAG  # noqa: SLF001
_STARTED = _inside._ServerStage.STARTED  # noqa: SLF001
_CODES = _inside._common.STATUS_CODE_TO_CYGRPC_STATUS_CODE  # noqa: SLF001
_find = _inside._GenericMethod  # noqa: SLF001
_details = _inside._HandlerCallDetails  # noqa: SLF001
_request_call = _inside._request_call  # noqa: SLF001
_request_registered_call = _inside._request_registered_call  # noqa: SLF001
_go_on = _inside._process_event_and_continue  # noqa: SLF001
_begin_shutdown = _inside._begin_shutdown_once  # noqa: SLF001

# A call that says nothing of a deadline is given up after this.
LONGEST_WAIT_SECONDS = 60.0
# A longer message is checked on a thread of its own: those behind it need not wait for that.
MOST_AT_ONCE_BYTES = 32 * 1024
# How often the thread looks whether the server is still wanted, and for calls that waited too long.
_LOOK_SECONDS = 1.0
# What a callback of gRPC's loop returns when the call goes on.
_GOES_ON: tuple[None, tuple[()]] = (None, ())

_NOT_READ = rpc_status.to_status(
    status_of(RouterError(Reason.INVALID_FIELD, "the call has no message of its method's kind; send exactly one"))
)
_FAULT = rpc_status.to_status(
    status_of(RouterError(Reason.INTERNAL, "the router met a fault of its own; nothing was changed"))
)
_LATE = rpc_status.to_status(status_of(late()))


class Call:
    """One call that has a place: answered or refused once, by whatever thread has the answer."""

    __slots__ = ("_call", "_ends", "_gone", "_lock", "_over", "_under_way", "began")

    def __init__(self, call: Any, ends: Callable[[Call], None]) -> None:
        self._call = call
        self._ends = ends
        self._lock = threading.Lock()
        # One is that gRPC tells of the caller's going, the other the answer.
        self._under_way = 1
        self._over = False
        self._gone: Callable[[], object] | None = None
        self.began = time.monotonic()

    def auth_context(self) -> Mapping[str, Sequence[bytes]]:
        """Return what the caller's certificate says, as ``grpc.ServicerContext`` does."""
        found = cygrpc.auth_context(self._call) or {}
        return {key.decode(): value for key, value in found.items()}

    @property
    def is_over(self) -> bool:
        """Whether it was answered or refused, or its caller has gone."""
        return self._over

    def answer(self, content: bytes) -> None:
        """Send the answer, unless the call is over."""
        self._send((cygrpc.SendMessageOperation(content, 0), _end_with(grpc.StatusCode.OK, "", ())))

    def refuse(self, status: grpc.Status) -> None:
        """Send a refusal, unless the call is over."""
        self._send((_end_with(status.code, status.details, status.trailing_metadata),))

    def when_given_up(self, do: Callable[[], object]) -> None:
        """Have ``do`` called, once, if the caller goes or the time passes before there is an answer."""
        with self._lock:
            if not self._over:
                self._gone = do
                return
        do()

    def give_up(self) -> None:
        """Refuse a call that has waited for too long."""
        self._leave()
        self.refuse(_LATE)

    def listen(self) -> None:
        """Begin to listen for the caller's going."""
        self._call.start_server_batch((cygrpc.ReceiveCloseOnServerOperation(0),), self._closed)

    def _send(self, steps: tuple[Any, ...]) -> None:
        with self._lock:
            if self._over:
                return
            self._over, self._gone = True, None
            self._under_way += 1
        self._call.start_server_batch((cygrpc.SendInitialMetadataOperation(None, 0), *steps), self._ended)

    def _closed(self, event: Any) -> tuple[Any, tuple[()]]:
        if event.batch_operations[0].cancelled():
            with self._lock:
                self._over = True
            self._leave()
        return self._ended(event)

    def _leave(self) -> None:
        with self._lock:
            do, self._gone = self._gone, None
        if do is not None:
            do()

    def _ended(self, _: Any) -> tuple[Any, tuple[()]]:
        with self._lock:
            self._under_way -= 1
            if self._under_way:
                return _GOES_ON
        self._ends(self)
        return self._call, ()


Handle = Callable[[Any, Call, Place], None]
"""Answers a call, or sees to it that it is answered; the place is given back with the work."""


@dataclass(frozen=True, slots=True)
class _Here:
    """What stands in gRPC's table for a method whose calls are read here; gRPC never calls it."""

    pool: ReadingPool
    handle: Handle
    at_once: bool

    def __call__(self, *_: Any) -> Any:
        raise AssertionError("the call was not read by the pool")


class ReadingPool(ThreadPoolExecutor):
    """Reads unary calls, and has threads for those that take long.

    ``enter`` gives a place or a refusal. It must be quick: every other call waits meanwhile.
    """

    def __init__(self, threads: int, enter: Enter) -> None:
        super().__init__(threads, thread_name_prefix="call")
        self._enter = enter
        self._methods: dict[bytes, Any] = {}
        # In order of their arrival. Of the thread that serves the socket alone.
        self._open: dict[Call, None] = {}
        self._look_at = 0.0

    def at_once(self, kind: type[Message], handle: Handle) -> grpc.RpcMethodHandler[Any, Any]:
        """Return gRPC's handler of calls that are only checked and handed over."""
        return self._handler(kind, _Here(self, handle, at_once=True))

    def in_a_thread(self, kind: type[Message], handle: Handle) -> grpc.RpcMethodHandler[Any, Any]:
        """Return gRPC's handler of calls that read the store, each on a thread."""
        return self._handler(kind, _Here(self, handle, at_once=False))

    def serve(self, server: grpc.Server) -> None:
        """Start a server. Calls of handlers of this pool are read here, and the others served as gRPC does."""
        state: Any = server._state  # type: ignore[attr-defined]  # noqa: SLF001
        with state.lock:
            state.server.start()
            state.stage = _STARTED
            for method in state.registered_method_handlers:
                _request_registered_call(state, method)
            _request_call(state)
        threading.Thread(target=self._serve, args=(state,), name="intake", daemon=True).start()

    def _handler(self, kind: type[Message], here: _Here) -> grpc.RpcMethodHandler[Any, Any]:
        return grpc.unary_unary_rpc_method_handler(here, request_deserializer=kind.FromString)

    def _serve(self, state: Any) -> None:
        going_on = True
        while going_on:
            event = state.completion_queue.poll(time.time() + _LOOK_SECONDS)
            self._look()
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

    def _look(self) -> None:
        """Give up the calls that waited too long, every now and then."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_SECONDS
        for call in list(self._open):
            if now < call.began + LONGEST_WAIT_SECONDS:
                break
            call.give_up()

    def _method(self, state: Any, name: bytes) -> Any:
        """Return the handler of a method whose calls are read here, else None."""
        method = self._methods.get(name)
        if method is None:
            found = _find(state.generic_handlers).handler(_details(name.decode(errors="replace"), ()))
            here = getattr(found, "unary_unary", None)
            if isinstance(here, _Here) and here.pool is self:
                method = self._methods[name] = found
        return method

    def _read(self, state: Any, event: Any, method: Any) -> None:
        with state.lock:
            state.due.remove(_NEW_CALL)
            # What stands here is waited for when the server stops.
            state.rpc_states.add(event.call)
            if state.stage is _STARTED:
                _request_call(state)
        received = functools.partial(self._received, event, method)
        event.call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), received)

    def _received(self, event: Any, method: Any, arrived: Any) -> tuple[None, tuple[()]]:
        message = arrived.batch_operations[0].message()
        request, place = self._place_for(event, method, message)
        if isinstance(place, Place):
            self._begin(event, method.unary_unary, request, place, len(message))
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
            _tell(event, fault)
            return None, _FAULT

    def _begin(self, event: Any, here: _Here, request: Any, place: Place, length: int) -> None:
        """Have a call answered that has got a place."""
        call = Call(event.call, self._open.pop)
        self._open[call] = None
        call.listen()
        begin = functools.partial(_handle, event, here.handle, request, call, place)
        if here.at_once and length <= MOST_AT_ONCE_BYTES:
            begin()
            return
        try:
            self.submit(begin)
        except RuntimeError as fault:
            # No thread can be had now: it waits for the next one, or is given up.
            _tell(event, fault)


def in_pool(handle: Callable[..., Any], pool: ThreadPoolExecutor) -> Callable[..., Any]:
    """Return a handler that gRPC runs in a pool of its own."""

    @functools.wraps(handle)
    def run(request: Any, context: grpc.ServicerContext, **more: Any) -> Any:
        return handle(request, context, **more)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]
    return run


def _handle(event: Any, handle: Handle, request: Any, call: Call, place: Place) -> None:
    # Whatever happens, the call has its answer, and the thread outlives it.
    with place:
        if call.is_over:
            return
        try:
            handle(request, call, place)
        except Exception as fault:  # noqa: BLE001 - as above
            _tell(event, fault)
            call.refuse(_FAULT)


def _tell(event: Any, fault: Exception) -> None:
    name = event.call_details.method.decode().rpartition("/")[2]
    record(AuditEvent.CALL_FAILED, method=name, error=type(fault).__name__)


def _end_with(code: grpc.StatusCode, details: str, trailing: Any) -> Any:
    return cygrpc.SendStatusFromServerOperation(trailing, _CODES[code], details.encode(), 0)


def _refuse(call: Any, status: grpc.Status) -> None:
    """End a call in one step, whether or not its caller is still there."""
    steps = (
        cygrpc.SendInitialMetadataOperation(None, 0),
        _end_with(status.code, status.details, status.trailing_metadata),
        cygrpc.ReceiveCloseOnServerOperation(0),
    )
    call.start_server_batch(steps, lambda _: (call, ()))
