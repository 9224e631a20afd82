"""The database: its address, tables made once, being away at the start and in mid-run."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text
from starlette.testclient import TestClient

from support.postgresql import PASSWORD, Cluster, programs, running_cluster
from technic.errors import DatabaseError, ParameterError
from technic.service.access.keys import KeyTable
from technic.service.access.sessions import SessionTable
from technic.service.app import create_app
from technic.service.database import migrations
from technic.service.database.connect import open_database
from technic.service.jobs.dispatcher import Dispatcher
from technic.service.jobs.job_table import JobTable
from technic.service.service_settings import ServiceSettings, service_settings
from technic.settings import Settings

PATIENCE_S = 300.0


def eventually(what: Callable[[], bool]) -> None:
    """Wait until something is so; the test fails where it never is."""
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until
        threading.Event().wait(0.02)


@pytest.fixture(scope="module")
def own_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """A PostgreSQL that a test may end, and starts again at the same port."""
    found = programs()
    assert found is not None
    with running_cluster(found) as own:
        yield own


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens at: bound, so that nobody else takes it meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_is_taken_as_a_host_gives_it(cluster: Cluster, scheme: str) -> None:
    """Render's begin with postgres:// or postgresql://; a query is the driver's."""
    with cluster.database() as url:
        given = url.replace("postgres", scheme, 1) + "?sslmode=prefer&connect_timeout=3"
        engine = open_database(given)
        assert inspect(engine).has_table("technic_jobs")
        engine.dispose()


@pytest.mark.parametrize("name", ["TECHNIC_SERVICE_DATABASE", "DATABASE_URL"])
def test_either_setting_names_the_database(tmp_path: Path, name: str) -> None:
    """The service's own wins where both are set."""
    found = service_settings(Settings(home=tmp_path), {name: "postgres://me@host/x"})
    assert found.database_url == "postgres://me@host/x"
    both = {"DATABASE_URL": "postgres://other/y", "TECHNIC_SERVICE_DATABASE": "sqlite://"}
    assert service_settings(Settings(home=tmp_path), both).database_url == "sqlite://"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hidden-word@host/db",
        "hidden-word",
        "",
        "postgres//me:hidden-word@host/db",
        "postgresql://me:hidden-word@host:port/db",
        "https://me:hidden-word@host/db",
    ],
)
def test_an_address_of_something_else_is_refused_and_not_repeated(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(DatabaseError, match="none of SQLite or PostgreSQL") as refused:
        open_database(url)
    assert "hidden-word" not in str(refused.value)


@pytest.mark.parametrize(
    "form",
    [
        "postgres://technic:hidden-word@127.0.0.1:{port}/technic",
        "postgresql://technic@127.0.0.1:{port}/technic?password=hidden-word",
        "postgresql://technic:hidden%2Dword@localhost:{port}/technic",
    ],
    ids=["password", "query", "quoted"],
)
def test_a_database_that_is_away_is_one_sentence_without_the_password(
    closed_port: int, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It says where, why and what to look at; a service tries a few times, and no longer."""
    pauses: list[float] = []
    with caplog.at_level(logging.DEBUG), pytest.raises(DatabaseError) as away:
        open_database(form.format(port=closed_port), (0.5, 1.0, 2.0), pauses.append)
    sentence = str(away.value)
    assert sentence.count("\n") == 0
    assert f"{closed_port}/technic: cannot be opened: Connection refused; is it running" in sentence
    assert pauses == [0.5, 1.0, 2.0]
    assert "hidden-word" not in sentence + caplog.text
    assert "hidden%2Dword" not in sentence + caplog.text
    assert caplog.text.count("trying again") == 3


def test_a_wrong_password_is_said_and_not_shown(cluster: Cluster) -> None:
    """Neither is the right one."""
    url = cluster.url().replace(PASSWORD, "hidden-word")
    with pytest.raises(DatabaseError, match="password authentication failed") as refused:
        open_database(url)
    assert "hidden-word" not in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_a_service_waits_for_a_database_that_starts_beside_it(own_cluster: Cluster) -> None:
    """As in a composition of containers; what it waits in between is told by the caller."""
    port = own_cluster.port
    own_cluster.stop()
    engine = open_database(own_cluster.url(), (1.0,), lambda _: own_cluster.start(port))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_services_that_start_at_once_bring_the_tables_up_to_date_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others wait; a step that ran twice would fail on its own table."""
    ran: list[str] = []

    def second_step(connection: Connection) -> None:
        ran.append("second")
        connection.execute(text("CREATE TABLE technic_second (x INTEGER)"))
        threading.Event().wait(0.05)  # so that the others come while it runs

    open_database(url).dispose()
    steps = (*migrations._STEPS, second_step)
    monkeypatch.setattr(migrations, "_STEPS", steps)
    monkeypatch.setattr(migrations, "VERSION", len(steps))
    barrier, errors = threading.Barrier(6), []

    def start() -> None:
        barrier.wait(PATIENCE_S)
        try:
            engine = open_database(url)
            with engine.begin() as connection:
                version = connection.execute(text("SELECT version FROM technic_schema")).all()
            engine.dispose()
            assert version == [(len(steps),)]
        except (DatabaseError, AssertionError) as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (ran, errors) == (["second"], [])


def test_an_empty_database_is_made_once_by_services_that_start_at_once(url: str) -> None:
    """None of them finds a table that another is about to make."""
    barrier, opened = threading.Barrier(6), []

    def start() -> None:
        barrier.wait(PATIENCE_S)
        engine = open_database(url)
        opened.append(inspect(engine).has_table("technic_keys"))
        engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert opened == [True] * 6


def test_a_step_that_fails_leaves_the_tables_as_they_were(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, or none: the next start tries again."""
    engine = open_database(url)

    def breaks(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE technic_half (x INTEGER)"))
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_STEPS", (*migrations._STEPS, breaks))
        patch.setattr(migrations, "VERSION", migrations.VERSION + 1)
        with pytest.raises(RuntimeError):
            open_database(url)
    assert not inspect(engine).has_table("technic_half")
    open_database(url).dispose()
    engine.dispose()


def test_tables_of_a_newer_technic_are_left_alone(
    url: str, opened: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older one would not know what it reads."""
    with opened().begin() as connection:
        connection.execute(text("UPDATE technic_schema SET version = 99"))
    with pytest.raises(DatabaseError, match="version 99.*or a newer one"):
        open_database(url)


def test_sessions_begin_hold_and_end(opened: Callable[[], Engine]) -> None:
    """A cookie stands for its key until it is over, ended, or the key is revoked."""
    now = [1_000.0]
    keys = KeyTable(opened(), lambda: now[0])
    sessions = SessionTable(opened(), keys, lambda: now[0])
    key, _ = keys.add("me", "run")
    cookie, csrf = sessions.begin(key)
    found = sessions.find(cookie)
    assert found is not None
    assert (found[0].name, found[1]) == ("me", csrf)
    sessions.end(cookie)
    assert sessions.find(cookie) is None
    cookie, _ = sessions.begin(key)
    now[0] += 12 * 3600 + 1
    assert sessions.find(cookie) is None
    cookie, _ = sessions.begin(key)
    keys.revoke("me")
    assert sessions.find(cookie) is None


@pytest.mark.parametrize(
    "text_", ["technic_\0_x", "technic_é_x", "technic__", "technic_" + "z" * 90]
)
def test_what_cannot_be_a_key_is_no_question_to_the_database(
    opened: Callable[[], Engine], text_: str
) -> None:
    """PostgreSQL refuses some texts that SQLite takes."""
    assert KeyTable(opened(), lambda: 0.0).find(text_) is None


def test_one_name_is_given_once(opened: Callable[[], Engine]) -> None:
    """Also where two ask for it at the same moment."""
    tables = [KeyTable(opened(), lambda: 0.0) for _ in range(4)]
    barrier, given, refused = threading.Barrier(4), [], []

    def add(number: int) -> None:
        barrier.wait(PATIENCE_S)
        try:
            given.append(tables[number].add("me", "run"))
        except ParameterError as error:
            refused.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (len(given), len(refused)) == (1, 3)


def test_requests_while_the_database_is_away_are_told_so_and_answered_afterwards(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    """No restart of the service is needed; the health of its process is another matter."""
    port, settings = (
        own_cluster.port,
        ServiceSettings(settings=Settings(home=tmp_path), open=True, database=own_cluster.url()),
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert client.get("/v1/jobs").status_code == 200
        own_cluster.stop()
        for path in ("/v1/jobs", "/ready", "/metrics"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert "database cannot be reached" in answer.json()["detail"]
            assert PASSWORD not in answer.text
        assert client.get("/health").status_code == 200
        own_cluster.start(port)
        assert client.get("/v1/jobs").status_code == 200
        assert client.get("/ready").json()["status"] == "ready"


def test_what_became_of_a_job_is_kept_until_the_database_is_there_again(
    own_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job ran to its end; only the tables were away, and nothing else is begun before."""
    monkeypatch.setattr("technic.service.jobs.dispatcher._IDLE_S", 0.02)
    port = own_cluster.port
    engine = open_database(own_cluster.url())
    ticks = itertools.count(1_000)  # so that the first is claimed first
    table = JobTable(engine, "here", lambda: float(next(ticks)))
    settings = ServiceSettings(settings=Settings(home=tmp_path))
    settings.results.mkdir(parents=True)
    dispatcher = Dispatcher(table, settings)
    slot = next(slot for slot in dispatcher._slots if slot.kind == "scan")

    def ask(question: dict[str, Any], *_: object) -> dict[str, Any]:
        if question["n"] == 0:
            own_cluster.stop()
        return {"state": "done", "outcome": {"n": question["n"]}}

    monkeypatch.setattr(slot.worker, "ask", ask)
    first, second = (table.submit("scan", {"n": n}, "me", 10) for n in range(2))
    dispatcher.start()
    eventually(lambda: slot._away)
    own_cluster.start(port)
    dispatcher.wake()
    eventually(lambda: table.get(second.id).state == "done")
    found = table.get(first.id)
    assert (found.state, found.outcome) == ("done", {"n": 0})
    dispatcher.stop()
    engine.dispose()
