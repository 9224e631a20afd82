"""The file of watches: what stands against it is said in the user's words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from technic.errors import ParameterError, WatchesError
from technic.watches import database as module
from technic.watches.database import FILE_NAME, LOCK_NAME, Database, open_watches
from technic.watches.log import watch_log
from technic.watches.watch import Watch, watch_from_json
from technic.watches.watch_table import WatchTable


def said_of(home: Path) -> str:
    """Return what is said where the watches of a folder cannot be used."""
    with pytest.raises(WatchesError) as refused, open_watches(home) as opened:
        WatchTable(opened).all()
    text = str(refused.value)
    assert str(home) not in text
    assert FILE_NAME not in text.replace("watches.db in TECHNIC_HOME", "")
    return text


def test_a_home_that_is_a_file_is_said(tmp_path: Path):
    """Without the path, which nobody who asks a service needs to know."""
    home = tmp_path / "home"
    home.write_text("")
    assert said_of(home) == (
        "watches cannot be read or kept: File exists; "
        "set TECHNIC_HOME to a folder that can be written"
    )


def test_a_file_that_is_damaged_is_said(tmp_path: Path):
    """And what to do: begin anew, or bring a copy back."""
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 100)
    assert said_of(tmp_path) == (
        "watches cannot be read or kept: file is not a database; "
        "move watches.db in TECHNIC_HOME away to begin anew, or bring a copy back"
    )


def test_a_file_of_a_newer_version_is_said(tmp_path: Path):
    """It is left as it is."""
    with sqlite3.connect(tmp_path / FILE_NAME) as newer:
        newer.execute("pragma user_version = 99")
    newer.close()
    assert said_of(tmp_path) == (
        "watches cannot be read or kept: a newer version of Technic wrote them; "
        "use the version of Technic that wrote them, or a later one"
    )


def test_another_writer_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A file that another process holds for good is no reason to wait for good."""
    monkeypatch.setattr(module, "BUSY_S", 0.0)
    with open_watches(tmp_path) as first, first.writing(), open_watches(tmp_path) as second:
        with pytest.raises(WatchesError, match="another process has been writing") as refused:
            WatchTable(second).add(Watch(name="one", where="close > 1"), 0.0)
        assert "run it again" in str(refused.value)


def test_a_lock_that_cannot_be_had_is_no_other_process(tmp_path: Path):
    """It would look as if another one did the work, every night, while nobody does."""
    lock = tmp_path / LOCK_NAME
    with open_watches(tmp_path) as database:
        lock.mkdir()
        with pytest.raises(WatchesError, match="unable to open"), database.alone():
            pass
        lock.rmdir()
        lock.write_bytes(b"no database at all" * 100)
        with pytest.raises(WatchesError, match="file is not a database"), database.alone():
            pass


def test_a_disk_that_is_full_is_said_first(tmp_path: Path):
    """A transaction that SQLite has ended itself: what ended it is said, not that it has ended."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("rollback")
        raise OSError(28, "No space left on device")

    with (
        open_watches(tmp_path) as database,
        pytest.raises(OSError, match="No space left"),
        database.writing() as connection,
    ):
        fill(connection)


def test_the_log_of_a_watch_that_never_was_is_refused(tmp_path: Path):
    """Three empty lists would look like a watch that found nothing; of a removed one they are."""
    with open_watches(tmp_path) as database:
        table = WatchTable(database)
        table.add(Watch(name="dips", where="close > 1"), 0.0)
        assert watch_log(database, "dips")["events"] == []
        with pytest.raises(ParameterError, match="did you mean 'dips'"):
            watch_log(database, "dipps")
        _judged(database, "dips")
        table.remove("dips")
        assert len(watch_log(database, "dips")["judgings"]) == 1


def _judged(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(
            "insert into judgings (name, version, session, at, judged, matches, entered, left_)"
            " values (?, 'v', '2024-03-08', 0, 1, 0, 0, 0)",
            (name,),
        )


def test_one_watch_is_read_alone(tmp_path: Path):
    """By its name, without the others; None for a name that none has."""
    with open_watches(tmp_path) as database:
        table = WatchTable(database)
        for name in ("one", "two"):
            table.add(Watch(name=name, where="close > 1"), 5.0)
        found = table.find("two")
        assert found is not None
        assert (found.watch.name, found.paused, found.made_at, found.state) == (
            "two",
            False,
            5,
            None,
        )
        assert table.find("three") is None


def test_targets_of_the_wrong_kind_are_not_shown():
    """One address where a list belongs is refused without what is secret in it."""
    content = {"name": "one", "where": "close > 1", "targets": "json://user:k3y-of-mine@host/"}
    with pytest.raises(ParameterError, match="targets is") as refused:
        watch_from_json(content)
    assert "k3y" not in str(refused.value)
