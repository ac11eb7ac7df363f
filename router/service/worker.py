"""One worker process: serves the contract, health and reflection on a port that it shares with its siblings."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from router.audit.events import AuditEvent
from router.audit.log import configure, record
from router.rules.yamlfile import PackError
from router.service.callers import CallersFileError
from router.service.core import Core, build_core
from router.service.golive.servicer import SERVICE as RULE_SERVICE
from router.service.intake import ReadingPool
from router.service.lifeline import WorkerStartError, say_ready, stop_with_supervisor, take_settings
from router.service.reviews.familyservicer import SERVICE as FAMILY_SERVICE
from router.service.scheduling import interrupt_nobody
from router.service.servicer import MOST_STREAMS
from router.service.settings import Settings, SettingsError
from router.store.interface import StoreError
from router.v1 import routing_service_pb2 as pb

# For calls that read the store, and long messages. Nothing waits for a batch in them.
CALL_THREADS = 16
STREAM_THREADS = MOST_STREAMS + 4
# For health checks and reflection, which never wait behind calls.
OTHER_THREADS = 8
# A batch keeps the interpreter for about as long as a batch takes, so that calls are read and refused many at a time
# between two batches. With Python's own 5 ms a worker under overload answered a tenth less.
SWITCH_SECONDS = 0.02
GRACE_SECONDS = 20.0
TIDY_SECONDS = 3600.0
_NEVER = 1_000_000
SERVICES = (pb.DESCRIPTOR.services_by_name["RoutingService"].full_name, FAMILY_SERVICE, RULE_SERVICE)


class WorkerServer:
    """A gRPC server around one core."""

    def __init__(self, core: Core, settings: Settings) -> None:
        self.core = core
        self._health = health.HealthServicer()
        self._calls = ReadingPool(CALL_THREADS, core.door.enter)
        streams = ThreadPoolExecutor(STREAM_THREADS, thread_name_prefix="stream")
        self._server = grpc.server(
            ThreadPoolExecutor(OTHER_THREADS, thread_name_prefix="other"),
            options=[("grpc.so_reuseport", 1), ("grpc.max_receive_message_length", 4 * 1024 * 1024)],
        )
        handlers = (
            core.servicer.handlers(self._calls, streams),
            core.family_servicer.handlers(self._calls),
            core.rule_servicer.handlers(),
        )
        self._server.add_generic_rpc_handlers(handlers)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self.port = self._listen(settings)

    def start(self) -> None:
        """Start to answer."""
        self._calls.serve(self._server)
        for name in ("", *SERVICES):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self) -> None:
        """Say that no more is taken, finish what was taken, and close the store."""
        self._health.enter_graceful_shutdown()
        self._server.stop(GRACE_SECONDS).wait()
        self.core.close()

    def _listen(self, settings: Settings) -> int:
        address = f"{settings.host}:{settings.port}"
        credentials = _credentials(settings)
        try:
            if credentials is None:
                return self._server.add_insecure_port(address)
            return self._server.add_secure_port(address, credentials)
        except RuntimeError:
            # gRPC's own words name neither the address nor the certificate.
            raise WorkerStartError(
                f"cannot listen on {address}; see that it is free, and that certificate and key, where given, are PEM"
            ) from None


def _credentials(settings: Settings) -> grpc.ServerCredentials | None:
    if settings.tls_certificate is None or settings.tls_key is None or settings.tls_client_ca is None:
        return None
    pair = (settings.tls_key.read_bytes(), settings.tls_certificate.read_bytes())
    return grpc.ssl_server_credentials(
        [pair], root_certificates=settings.tls_client_ca.read_bytes(), require_client_auth=True
    )


def main() -> None:
    """Run one worker until it is told to stop. The supervisor starts it; people run ``router serve``."""
    arguments = _arguments()
    interrupt_nobody()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    configure()
    try:
        settings = take_settings()
        stop_with_supervisor(stop)
        server = _started(settings)
    except (StoreError, PackError, CallersFileError, SettingsError, WorkerStartError, OSError) as fault:
        sys.stderr.write(f"router: worker {arguments.number} cannot start: {fault}\n")
        sys.exit(2)
    record(AuditEvent.SERVICE_STARTED, address=f"{settings.host}:{server.port}", worker=str(arguments.number))
    say_ready(arguments.ready)
    collect_when_idle(stop, lambda: server.core.admission.under_way)
    server.stop()
    engine = server.core.engine
    record(
        AuditEvent.SERVICE_STOPPED,
        worker=str(arguments.number),
        engine_hits=str(engine.hits),
        engine_misses=str(engine.misses),
        disagreements=str(server.core.decider.disagreements),
    )


def _started(settings: Settings) -> WorkerServer:
    core = build_core(settings)
    try:
        server = WorkerServer(core, settings)
    except BaseException:
        core.close()
        raise
    collect_seldom()
    sys.setswitchinterval(SWITCH_SECONDS)
    server.start()
    return server


def collect_seldom() -> None:
    """Leave what lives as long as the process out of the collector's rounds, and keep the rounds short.

    A batch makes some hundred thousand objects and hardly a cycle. Measured: a tenth of the time of a decision. What
    has lived through a few rounds, caches above all, is looked at again by ``collect_when_idle`` alone: a round over it
    takes the better part of a second, in which nobody is answered. The rounds that are left take 6 ms at the most; with
    a threshold of 10,000, one in 850 referrals took 40.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 4, _NEVER)


def collect_when_idle(stop: threading.Event, under_way: Callable[[], int], *, every: float = TIDY_SECONDS) -> None:
    """Wait until ``stop``, and collect what ``collect_seldom`` leaves, so often, where nothing is under way."""
    while not stop.wait(every):
        if not under_way():
            gc.collect()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--ready", type=int, required=True, help="file descriptor to say on that this worker serves")
    return parser.parse_args()


if __name__ == "__main__":
    main()
