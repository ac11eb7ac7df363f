"""The ceiling: a server that answers every request of the same methods with the same bytes, and does nothing else."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import uvloop

from router.bench.load import SERVICE, STREAM, UNARY


async def serve(size: int) -> None:
    """Serve replies of ``size`` bytes until SIGTERM, and say on standard output which port."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_handlers(bytes(size)),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await stop.wait()
    await server.stop(None)


def _handlers(reply: bytes) -> grpc.GenericRpcHandler[Any, Any]:
    """Take bytes and give bytes: nothing is parsed."""

    async def one(_request: bytes, _context: object) -> bytes:
        return reply

    async def many(requests: AsyncIterator[bytes], _context: object) -> AsyncIterator[bytes]:
        async for _ in requests:
            yield reply

    handlers = {
        UNARY: grpc.unary_unary_rpc_method_handler(one),
        STREAM: grpc.stream_stream_rpc_method_handler(many),
    }
    return grpc.method_handlers_generic_handler(SERVICE, handlers)


def main() -> None:
    """Run the echo server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    uvloop.run(serve(parser.parse_args().size))


if __name__ == "__main__":
    main()
