"""Who was let in is known for some seconds, and for not one request longer once that has ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from technic.service.access.keys import KeyTable
from technic.service.access.sessions import SESSION_S, SessionTable
from technic.service.app import create_app
from technic.service.held.known_callers import HELD_S, Held
from technic.service.held.once import Once
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """The time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


def reads(engine: Engine) -> list[str]:
    """A list that every statement from now on is added to."""
    found: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: found.append(given[2]))
    return found


@pytest.fixture
def closed(tmp_path: Path, clock: Clock, url: str) -> Iterator[TestClient]:
    """A service that asks for keys."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), database=url)
    with TestClient(create_app(settings, clock), base_url="http://127.0.0.1") as client:
        client.app.state.service.dispatcher.stop()
        yield client


def test_a_known_key_reads_no_table(closed: TestClient, clock: Clock) -> None:
    """For some seconds; then the table is asked again, and has the time of its use."""
    service = closed.app.state.service
    _, text = service.keys.add("me", "read")
    headers = {"Authorization": f"Bearer {text}"}
    assert closed.get("/v1/columns", headers=headers).status_code == 200
    seen = reads(service.engine)
    for path in ("/v1/columns", "/v1/functions", "/v1/columns"):
        assert closed.get(path, headers=headers).status_code == 200
    assert seen == []
    clock.now += HELD_S
    assert closed.get("/v1/columns", headers=headers).status_code == 200
    assert any("technic_keys" in statement for statement in seen)


def test_a_key_that_is_revoked_here_is_refused_at_once(closed: TestClient) -> None:
    """Also where its answers are held in memory, and where it is the key of a session."""
    service = closed.app.state.service
    key, text = service.keys.add("me", "read")
    cookie, _ = service.sessions.begin(key)
    for headers in ({"Authorization": f"Bearer {text}"}, {"Cookie": f"technic_session={cookie}"}):
        assert closed.get("/v1/columns", headers=headers).status_code == 200
    service.keys.revoke("me")
    for headers in ({"Authorization": f"Bearer {text}"}, {"Cookie": f"technic_session={cookie}"}):
        for path in ("/v1/columns", "/v1/jobs"):
            assert closed.get(path, headers=headers).status_code == 401


def test_a_key_that_another_process_revokes_is_refused_soon(
    closed: TestClient, clock: Clock, opened: Callable[[], Engine]
) -> None:
    """As technic keys revoke does it: within the seconds for which a key is known."""
    _, text = closed.app.state.service.keys.add("me", "read")
    headers = {"Authorization": f"Bearer {text}"}
    assert closed.get("/v1/columns", headers=headers).status_code == 200
    KeyTable(opened(), clock).revoke("me")
    assert HELD_S <= 5
    clock.now += HELD_S
    assert closed.get("/v1/columns", headers=headers).status_code == 401


def test_a_session_that_was_ended_is_over_at_once(closed: TestClient) -> None:
    """Nothing of it is known any more."""
    service = closed.app.state.service
    cookie, _ = service.sessions.begin(service.keys.add("me", "read")[0])
    headers = {"Cookie": f"technic_session={cookie}"}
    assert closed.get("/v1/columns", headers=headers).status_code == 200
    service.sessions.end(cookie)
    assert closed.get("/v1/columns", headers=headers).status_code == 401


def test_a_session_is_known_no_longer_than_it_holds(
    opened: Callable[[], Engine], clock: Clock
) -> None:
    """In its last seconds the table is asked each time."""
    engine = opened()
    keys = KeyTable(engine, clock)
    sessions = SessionTable(engine, keys, clock)
    cookie, csrf = sessions.begin(keys.add("me", "read")[0])
    assert sessions.find_held(cookie) is None
    assert sessions.find(cookie) is not None
    assert sessions.find_held(cookie)[1] == csrf
    clock.now += SESSION_S - HELD_S
    assert sessions.find(cookie) is not None
    assert sessions.find_held(cookie) is None
    assert sessions.find_held("") is None
    assert sessions.find_held("x" * 5_000) is None


def test_a_wrong_key_is_never_known(closed: TestClient) -> None:
    """However often it comes; nor does a right one with a letter more."""
    service = closed.app.state.service
    _, text = service.keys.add("me", "read")
    assert closed.get("/v1/columns", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    for wrong in (f"{text}x", text[:-1], "technic_00000000_x", text.upper()):
        for _ in range(2):
            answer = closed.get("/v1/columns", headers={"Authorization": f"Bearer {wrong}"})
            assert answer.status_code == 401
    basic = closed.get("/v1/columns", headers={"Authorization": f"Basic {text}"})
    assert basic.status_code == 401


def test_what_was_read_before_a_revocation_is_not_kept_after_it(clock: Clock) -> None:
    """A request that read the table just before would let the key in for seconds."""
    held: Held[str] = Held(clock)
    era = held.era
    held.clear()
    held.put("a", "me", era)
    assert held.get("a") is None
    held.put("a", "me", held.era)
    assert held.get("a") == "me"
    clock.now -= 1  # a clock that was set back proves nothing
    assert held.get("a") is None


def test_of_many_at_once_one_does_the_work() -> None:
    """Each gets what came of it, an error too; the next one after them does it anew."""
    once, done, release = Once(), [], threading.Event()

    def work() -> int:
        assert release.wait(60)
        done.append(1)
        return len(done)

    def fails() -> int:
        raise KeyError("x")

    async def ask() -> tuple[list[object], int]:
        many = [asyncio.ensure_future(once.do("a", work)) for _ in range(50)]
        await asyncio.sleep(0)
        many.pop().cancel()  # whoever goes away ends it for nobody else
        release.set()
        first = await asyncio.gather(*many)
        second = await once.do("a", work)
        wrong = await asyncio.gather(
            *(once.do("b", fails) for _ in range(3)), return_exceptions=True
        )
        assert [type(one) for one in wrong] == [KeyError] * 3
        return first, second

    first, second = asyncio.run(ask())
    assert first == [1] * 49
    assert second == 2
    assert once._going_on == {}
