"""The socket: latency, bandwidth, compression, broken connections, a process of its own."""

from __future__ import annotations

import asyncio
import json
import random
import selectors
import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest
from aiohttp.test_utils import make_mocked_request

from support.heeding import heeding_python
from support.loopback import GROUPED, POLYGON_KEY, small
from technic.data_engine.clock import SystemClock
from technic.data_engine.fetch import Fetcher, FetchJob, FetchRules
from technic.data_engine.limiter import Limiter
from technic.data_engine.loopback import FaultRules, Loopback, LoopbackServer, Wiring
from technic.data_engine.loopback.server import Line
from technic.data_engine.providers.loopback import LoopbackProvider
from technic.data_engine.requests import BadAnswerError, BarRequest, UnavailableError
from technic.data_engine.transport import AiohttpTransport, HttpRequest, HttpResponse
from technic.errors import ParameterError

DAY = f"{GROUPED}/2026-06-30"


@pytest.fixture(scope="module")
def loopback() -> Loopback:
    """A market; tests that ask it reset it."""
    return small(500)


@pytest.fixture
def server(loopback: Loopback) -> Iterator[LoopbackServer]:
    """It, without faults, behind a socket."""
    loopback.set_faults(FaultRules())
    loopback.reset()
    with LoopbackServer(loopback) as running:
        yield running


def request(server: LoopbackServer, path: str = DAY, **params: str) -> HttpRequest:
    """Build a request with a key."""
    return HttpRequest(server.url + path, params, POLYGON_KEY)


def send(requests: list[HttpRequest], timeout_s: float = 120.0) -> list[HttpResponse | Exception]:
    """Send requests side by side; errors stand in place of answers."""

    async def run() -> list[HttpResponse | Exception]:
        async with AiohttpTransport(50, timeout_s) as transport:
            sent = (transport.send(one) for one in requests)
            return await asyncio.gather(*sent, return_exceptions=True)

    return asyncio.run(run())


def test_a_socket_brings_what_the_function_answers(server: LoopbackServer):
    """Status, type and body are the same; only this machine can ask."""
    (response,) = send([request(server, adjusted="false")])
    wanted = server.loopback.handle(request(server, adjusted="false"))
    assert isinstance(response, HttpResponse)
    assert (response.status, response.content_type) == (200, "application/json")
    assert response.body == wanted.body
    assert server.url.startswith("http://127.0.0.1:")
    (refused,) = send([HttpRequest(server.url + DAY)])
    assert isinstance(refused, HttpResponse)
    assert refused.status == 401


class JumpingSelector(selectors.DefaultSelector):
    """Where a loop would wait for nothing but time, lets ``now`` jump there."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look, and wait for nobody."""
        self.now += timeout or 0.0
        return super().select(0)


def seconds_to_answer(loopback: Loopback, wiring: Wiring, count: int) -> float:
    """Seconds until ``count`` requests that came at once are answered; nobody waits for them."""
    selector = JumpingSelector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now
    line = Line(loopback, wiring)

    async def answer() -> None:
        asked = make_mocked_request("GET", DAY, headers=POLYGON_KEY)
        assert (await line.answer(asked)).status == 200

    async def main() -> float:
        await asyncio.gather(*(answer() for _ in range(count)))
        return loop.time()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main())


def test_latency_is_waited_side_by_side(loopback: Loopback):
    """Forty requests at once take as long as one."""
    wiring = Wiring(latency_s=0.2)
    assert seconds_to_answer(loopback, wiring, 40) == pytest.approx(0.2)


def test_bandwidth_is_shared(loopback: Loopback):
    """Four answers through one line take as long as all their bytes."""
    size = len(loopback.handle(HttpRequest(f"http://host{DAY}", {}, POLYGON_KEY)).body)
    wiring = Wiring(bytes_per_s=size / 0.1)
    assert seconds_to_answer(loopback, wiring, 4) == pytest.approx(0.4)


def test_answers_are_compressed_for_those_who_ask(loopback: Loopback):
    """Who reads them sees the same bytes."""
    plain = loopback.handle(HttpRequest(f"http://host{DAY}", {}, POLYGON_KEY)).body
    with LoopbackServer(loopback, Wiring(zipped=True)) as server:
        first, second = send([request(server), request(server)])
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)
    assert first.body == second.body == plain
    assert first.headers["content-encoding"] == "gzip"


def test_a_hang_lasts_until_the_client_gives_up(server: LoopbackServer):
    """And the next try is answered."""
    server.loopback.set_faults(FaultRules(hang=1.0, most_per_request=1_000))
    (gone,) = send([request(server)], timeout_s=0.2)
    assert isinstance(gone, UnavailableError)
    server.loopback.set_faults(FaultRules())
    (come,) = send([request(server)])
    assert isinstance(come, HttpResponse)


def test_a_reset_comes_before_the_answer_or_within_it(server: LoopbackServer):
    """Among twenty requests both happen; a GET that was reset may have been sent twice."""
    server.loopback.set_faults(FaultRules(reset=1.0, most_per_request=2))
    days = [f"{GROUPED}/2026-06-{day:02d}" for day in range(1, 21)]
    outcomes = send([request(server, path) for path in days])
    assert {type(outcome) for outcome in outcomes} == {UnavailableError, BadAnswerError}
    assert 20 <= server.stats.faults["reset"] <= 40


def test_an_engine_gets_everything_through_all_faults(server: LoopbackServer):
    """Each day comes whole, whatever befell the answers before it."""
    world = server.world
    rules = FaultRules(
        throttled=0.02, throttled_text=0.01, server_error=0.05, bad_gateway=0.03, html=0.03,
        reset=0.05, truncated=0.05, empty_day=0.05, hang=0.03, seed=3,
    )  # fmt: skip
    faulty = Loopback(world, faults=rules)
    sessions = world.sessions[-40:]
    came: dict[object, int] = {}
    failed: list[object] = []

    async def run(url: str) -> None:
        provider = LoopbackProvider(base_url=url)
        async with AiohttpTransport(50) as transport:
            fetcher = Fetcher(
                transport,
                Limiter(None, SystemClock()),
                FetchRules(request_timeout_s=2.0, backoff_s=0.01, retry_share=5.0, attempts=20),
                on_page=lambda key, bars: came.__setitem__(key, len(bars)),
                on_done=lambda _key: None,
                on_failed=lambda key, failure: failed.append((key, failure)),
                rng=random.Random(1),
            )
            jobs = [
                FetchJob(str(day), provider.bars(BarRequest("market_day", day, day)))
                for day in sessions
            ]
            await fetcher.run(jobs)

    with LoopbackServer(faulty) as running:
        asyncio.run(run(running.url))
    assert failed == []
    assert len(came) == 40
    assert all(
        count == len(world.day(world.position(day))[0])
        for (_, count), day in zip(sorted(came.items()), sessions, strict=True)
    )
    assert sum(faulty.stats.faults.values()) > 10


def test_a_port_that_is_taken_is_an_error_here_and_now(loopback: Loopback):
    """Not one in a thread that nobody sees."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(OSError, match="address already in use"),
            LoopbackServer(loopback, port=taken.getsockname()[1]),
        ):
            pass


def test_the_wiring_refuses_what_cannot_be():
    """Negative waiting, no line at all."""
    for settings in ({"latency_s": -0.1}, {"bytes_per_s": 0.0}):
        with pytest.raises(ParameterError):
            Wiring(**settings)


COMMAND = heeding_python("-m", "technic.data_engine.loopback", "--size", "100")


@pytest.mark.parametrize("ending", ["signal", "stdin"])
def test_a_process_of_its_own_says_where_it_listens_and_ends_when_told(ending):
    """One line of JSON; exit code 0 after SIGTERM, or when its standard input is closed."""
    command = [*COMMAND, "--port", "0", "--prepare", "2", "--today", "2026-06-29"]
    command += ["--fault", "server_error=1", "--most-faults", "1", "--latency-ms", "1"]
    if ending == "stdin":
        command.append("--while-stdin")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        told = json.loads(process.stdout.readline())
        asked = HttpRequest(f"{told['url']}{GROUPED}/2026-06-29", {}, POLYGON_KEY)
        answers = [send([asked])[0] for _ in range(2)]
        if ending == "signal":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(120) == 0
    assert (told["simulated"], told["size"], told["today"]) == (True, 100, "2026-06-29")
    assert [answer.status for answer in answers if isinstance(answer, HttpResponse)] == [500, 200]


def test_wrong_settings_of_the_process_are_one_sentence():
    """Exit code 2, no traceback."""
    done = subprocess.run(
        [*COMMAND, "--today", "2030-01-01"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "today is" in done.stderr
    assert "Traceback" not in done.stderr
