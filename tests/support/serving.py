"""A real service on a real socket, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from router.service.settings import Settings
from router.service.supervisor import Supervisor
from router.v1.routing_service_pb2_grpc import RoutingServiceStub


@dataclass
class Service:
    """A running service."""

    supervisor: Supervisor
    channel: grpc.Channel
    stub: RoutingServiceStub
    data: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.supervisor.address

    def log(self) -> str:
        """Return every log line written so far."""
        return (self.data / "router.log").read_text()


@contextmanager
def serving(data: Path, *, workers: int = 1, store: str | None = None, queue_ms: int = 50) -> Iterator[Service]:
    """Run a service until the block ends, on the store of this URL or else on a file in ``data``."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "router.log").open("ab") as log:
        supervisor = Supervisor(Settings(data=data, port=0, workers=workers, store=store, queue_ms=queue_ms), log=log)
        supervisor.start()
        keeper = threading.Thread(target=supervisor.run, daemon=True)
        keeper.start()
        try:
            with grpc.insecure_channel(supervisor.address) as channel:
                yield Service(supervisor, channel, RoutingServiceStub(channel), data)
        finally:
            supervisor.interrupt()
            keeper.join()
            supervisor.stop()


def status(error: grpc.RpcError) -> tuple[grpc.StatusCode, str, list[str]]:
    """Return an error's code, its one documented reason, and the fields that it names."""
    from google.rpc import error_details_pb2  # noqa: PLC0415 - only where errors are looked at
    from grpc_status import rpc_status  # noqa: PLC0415

    whole = rpc_status.from_call(error)
    infos, fields = [], []
    for detail in whole.details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            infos.append(info.reason)
        elif detail.Unpack(bad):
            fields.extend(one.field for one in bad.field_violations)
    assert len(infos) == 1, "exactly one ErrorInfo"
    return error.code(), infos[0], fields
