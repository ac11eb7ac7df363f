"""One worker process: serves the contract, health and reflection on a port that it shares with its siblings."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from router.audit.events import AuditEvent
from router.audit.log import configure, record
from router.service.admission import PLACES
from router.service.core import Core, build_core
from router.service.intake import ReadingPool
from router.service.servicer import MOST_STREAMS
from router.service.settings import Settings
from router.v1 import routing_service_pb2 as pb

# A thread for every place, and some for calls whose work is done and whose answer is being sent.
CALL_THREADS = max(PLACES.values()) + 32
STREAM_THREADS = MOST_STREAMS + 4
# For health checks and reflection, which never wait behind calls.
OTHER_THREADS = 8
# A batch keeps the interpreter for about as long as a batch takes, so that calls are read and refused many at a time
# between two batches. With Python's own 5 ms a worker under overload answered a tenth less.
SWITCH_SECONDS = 0.02
GRACE_SECONDS = 20.0
SERVICE = pb.DESCRIPTOR.services_by_name["RoutingService"].full_name


class WorkerServer:
    """A gRPC server around one core."""

    def __init__(self, core: Core, settings: Settings) -> None:
        self.core = core
        self._health = health.HealthServicer()
        calls = ReadingPool(CALL_THREADS, core.door.enter)
        streams = ThreadPoolExecutor(STREAM_THREADS, thread_name_prefix="stream")
        self._server = grpc.server(
            ThreadPoolExecutor(OTHER_THREADS, thread_name_prefix="other"),
            options=[("grpc.so_reuseport", 1), ("grpc.max_receive_message_length", 4 * 1024 * 1024)],
        )
        self._server.add_generic_rpc_handlers((core.servicer.handlers(calls, streams),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        address = f"{settings.host}:{settings.port}"
        credentials = _credentials(settings)
        if credentials is None:
            self.port = self._server.add_insecure_port(address)
        else:
            self.port = self._server.add_secure_port(address, credentials)

    def start(self) -> None:
        """Start to answer."""
        self._server.start()
        for name in ("", SERVICE):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self) -> None:
        """Say that no more is taken, finish what was taken, and close the store."""
        self._health.enter_graceful_shutdown()
        self._server.stop(GRACE_SECONDS).wait()
        self.core.close()


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
    settings = Settings(
        data=arguments.data,
        pack=arguments.pack,
        host=arguments.host,
        port=arguments.port,
        tls_certificate=arguments.tls_certificate,
        tls_key=arguments.tls_key,
        tls_client_ca=arguments.tls_client_ca,
        callers=arguments.callers,
    )
    settings.check()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    configure()
    server = WorkerServer(build_core(settings), settings)
    _collect_seldom()
    sys.setswitchinterval(SWITCH_SECONDS)
    server.start()
    record(AuditEvent.SERVICE_STARTED, address=f"{settings.host}:{server.port}", worker=str(arguments.number))
    os.write(arguments.ready, b"ready\n")
    stop.wait()
    server.stop()
    engine = server.core.engine
    record(
        AuditEvent.SERVICE_STOPPED,
        worker=str(arguments.number),
        engine_hits=str(engine.hits),
        engine_misses=str(engine.misses),
        disagreements=str(server.core.decider.disagreements),
    )


def _collect_seldom() -> None:
    """Leave what lives as long as the process out of the collector's rounds, and make the rounds fewer.

    A batch makes some hundred thousand objects and hardly a cycle. Measured: a tenth of the time of a decision.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--ready", type=int, required=True, help="file descriptor to say on that this worker serves")
    parser.add_argument("--tls-certificate", type=Path)
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--tls-client-ca", type=Path)
    parser.add_argument("--callers", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
