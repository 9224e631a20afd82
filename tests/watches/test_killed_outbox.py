"""A run of watches is killed at every step of its outbox, and no event is lost or logged twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support import watch_child
from support.receiver import receiving
from technic.watches.database import open_watches
from technic.watches.sending.webhook import signature

EVENTS = watch_child.WATCHES * watch_child.SYMBOLS


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="processes are forked")
def test_no_step_at_which_a_process_dies_loses_or_doubles_an_event(tmp_path: Path):
    """1,000 events, 25 processes killed at all steps: each is logged once, sent at least once."""
    with receiving() as receiver:
        found = subprocess.run(
            [sys.executable, watch_child.__file__, str(tmp_path), receiver.address],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
    done = json.loads(found.stdout)
    assert done["killed"] == len(watch_child.WALK) == 25

    with open_watches(tmp_path) as database, database.reading() as connection:
        ids = [row["id"] for row in connection.execute("select id from events")]
        rows = connection.execute("select events, state, attempts from deliveries").fetchall()
        states = connection.execute("select session, matches from watch_states").fetchall()
    assert len(ids) == len(set(ids)) == EVENTS == 1_000
    assert [row["state"] for row in rows] == ["sent"] * EVENTS
    assert sorted(one for row in rows for one in json.loads(row["events"])) == sorted(ids)
    assert [tuple(row) for row in states] == [(watch_child.SESSION, 250)] * watch_child.WATCHES

    sent = [post.headers["Technic-Message-Id"] for post in receiver.posts]
    after_the_wire = 2 * 4  # killed after the message was out and before that was written down
    assert set(sent) == set(ids)
    assert len(sent) == EVENTS + after_the_wire
    for post in receiver.posts:
        stamp = int(post.headers["Technic-Timestamp"])
        expected = signature(watch_child.SECRET, stamp, post.body)
        assert post.headers["Technic-Signature"] == expected
