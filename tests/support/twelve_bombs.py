"""Ask a server for twelve gzip bombs at once; print how many were refused and the peak in bytes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.timing import peak_memory

from support.hostile_answers import bomb, head
from support.raw_server import raw_server
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.network.aiohttp_transport import AiohttpTransport

BOMBS = 12


async def main() -> int:
    """Ask them all."""
    packed = bomb()
    start = head("Content-Type: application/json", "Content-Encoding: gzip",
                 f"Content-Length: {len(packed)}")  # fmt: skip
    async with (
        raw_server(lambda _: (start, iter([packed]), False)) as server,
        AiohttpTransport() as transport,
    ):
        sent = [transport.send(HttpRequest(f"{server.url}/{i}")) for i in range(BOMBS)]
        answers = await asyncio.gather(*sent, return_exceptions=True)
    return sum(isinstance(answer, BadAnswerError) for answer in answers)


if __name__ == "__main__":
    refused = asyncio.run(main())
    peak = peak_memory()
    sys.stdout.write(f"{refused} {peak}\n")
