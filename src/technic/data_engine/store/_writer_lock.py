"""One writer at a time.

On a disk the kernel keeps the lock: it is gone with the process that held it, however that ended.
On an object store it is a lease, a row of a table of its own. Each commit of that table is
compare-and-swap, so its version is a fencing token: a writer whose lease was taken over finds
another version there when it wants to commit, and does not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from technic.data_engine.store._blobs import local_path
from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import data_files, read_table
from technic.errors import StoreError

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["LEASE", "LOCK_FILE", "FileLock", "Lease", "WriterLock", "writer_lock"]

LOCK_FILE = "writer.lock"
LEASE_TIME = dt.timedelta(minutes=2)
SCHEMA = pa.schema([("holder", pa.string()), ("until", pa.timestamp("us", tz="UTC"))])
LEASE = TableSpec("lease", SCHEMA, sealed=False)

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """Locked is a byte that nobody reads or writes."""

    def _lock(fd: int) -> None:
        os.lseek(fd, FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def utc_now() -> dt.datetime:
    """The time now."""
    return dt.datetime.now(dt.UTC)


def _myself(now: dt.datetime) -> str:
    return f"process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%d %H:%M:%S} UTC"


class WriterLock:
    """Held by one store object at a time, as often as that object takes it.

    Threads that share the object share the lock: they belong to one sync.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._depth = 0

    def try_acquire(self) -> bool:
        """Take the lock, or take it once more; False while another writer holds it."""
        with self._mutex:
            if self._depth or self._take():
                self._depth += 1
                return True
            return False

    def release(self) -> None:
        """Give back what one ``try_acquire`` took."""
        with self._mutex:
            self._depth -= 1
            if not self._depth:
                self._give_back()

    def check(self) -> None:
        """Raise StoreError when the lock was lost while it was held."""

    def holder(self) -> str:
        """Say who holds it."""
        raise NotImplementedError

    def _take(self) -> bool:
        raise NotImplementedError

    def _give_back(self) -> None:
        raise NotImplementedError


class FileLock(WriterLock):
    """A kernel lock on a file in the folder of the store, which names its holder meanwhile."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._path = os.path.join(folder, LOCK_FILE)
        self._url = folder
        self._fd = -1

    def holder(self) -> str:
        """Say who holds it."""
        try:
            with open(self._path, encoding="utf-8") as file:
                return str(json.load(file)["holder"])
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def _take(self) -> bool:
        try:
            os.makedirs(self._url, exist_ok=True)
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StoreError(self._url, f"cannot be written: {error.strerror}") from error
        try:
            _lock(fd)
        except OSError:
            os.close(fd)
            return False
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, json.dumps({"holder": _myself(utc_now())}).encode(), 0)
        except OSError as error:  # a full disk
            os.close(fd)
            raise StoreError(self._url, f"cannot be written: {error.strerror}") from error
        self._fd = fd
        return True

    def _give_back(self) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)  # which unlocks it


class Lease(WriterLock):
    """A lease in a table of the object store; ``now`` is the clock that it is measured by."""

    def __init__(self, folder: DeltaFolder, now: Callable[[], dt.datetime] = utc_now) -> None:
        super().__init__()
        self._folder, self._now = folder, now
        self._token = -1
        self._until = now()

    def holder(self) -> str:
        """Say who holds it."""
        table = self._folder.load(LEASE.name)
        rows = [] if table is None else self._rows(table)
        return str(rows[0]["holder"]) if rows else "another process"

    def check(self) -> None:
        """Raise StoreError when another writer has taken over; prolong the lease in time."""
        table = self._folder.load(LEASE.name)
        if table is None or table.version() != self._token:
            raise StoreError(
                self._folder.url,
                f"is being written by {self.holder()}, who took over",
                "try again when it is done",
            )
        if self._until - self._now() < LEASE_TIME / 2 and not self._take():
            self.check()

    def _take(self) -> bool:
        now = self._now()
        until = now + LEASE_TIME
        taken = False

        def change(table: DeltaTable) -> Change | None:
            nonlocal taken
            rows = self._rows(table)
            taken = not rows or table.version() == self._token or rows[0]["until"] < now
            if not taken:
                return None
            row = {"holder": _myself(now), "until": until}
            return Change({"": pa.Table.from_pylist([row], SCHEMA)}, tuple(data_files(table)))

        version = self._folder.commit(LEASE, change)
        if taken:
            self._token, self._until = version, until
        return taken

    def _give_back(self) -> None:
        def change(table: DeltaTable) -> Change | None:
            own = table.version() == self._token
            return Change({}, tuple(data_files(table))) if own else None

        self._folder.commit(LEASE, change)

    def _rows(self, table: DeltaTable) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = read_table(self._folder, LEASE.name, table, SCHEMA).to_pylist()
        return rows


def writer_lock(folder: DeltaFolder) -> WriterLock:
    """Return the lock of a store: the kernel's on a disk, a lease on an object store."""
    local = local_path(folder.url)
    return Lease(folder) if local is None else FileLock(str(local.absolute()))
