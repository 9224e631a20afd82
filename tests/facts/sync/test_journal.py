"""What a sync keeps beside the store only spares requests: broken, it is as if it were not."""

from __future__ import annotations

import os

import numpy as np
import pytest

from technic.errors import FactsError
from technic.facts.sync.journal import Entry, Filings, Journal, SyncFolder


def test_filings_that_cannot_be_read_are_none(tmp_path):
    """Cut off anywhere, or with bytes that flipped."""
    folder = SyncFolder(tmp_path)
    known = np.array([b"0000320193-23-000106"] * 50)
    folder.write_filings(Filings(known, known, np.array(["2024-03-30"] * 50, "datetime64[D]")))
    assert folder.read_filings().has("0000320193-23-000106")
    path = folder.path / "filings.npz"
    whole = path.read_bytes()
    for at in range(0, len(whole), 9):
        path.write_bytes(whole[:at])
        assert not len(folder.read_filings().known)
        path.write_bytes(whole[:at] + b"\xff" * 9 + whole[at + 9 :])
        found = folder.read_filings()
        assert str(found.day("0000320193-23-000106")) in ("2024-03-30", "NaT")


def test_one_sync_at_a_time(tmp_path):
    """The second is told who is at it; afterwards it may."""
    one, other = SyncFolder(tmp_path), SyncFolder(tmp_path)
    with one.alone():
        said = f"another sync of facts is running, process {os.getpid()} on .*try again"
        with pytest.raises(FactsError, match=said), other.alone():
            pass
    with other.alone():
        pass


def test_a_journal_that_cannot_be_read_is_empty(tmp_path):
    """Whatever stands in it."""
    folder = SyncFolder(tmp_path)
    folder.write(Journal("2024-06-01T00:00:00Z", {"2024q1.zip": Entry("2024-06-01", 5)}))
    path = folder.path / "journal.json"
    whole = path.read_bytes()
    for body in (b"", whole[:-9], b"\xff\xfe", b"[]", b'{"entries": {"a": 1}}', b"[" * 100_000):
        path.write_bytes(body)
        assert folder.read() == Journal()
