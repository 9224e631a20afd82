"""A PostgreSQL of the tests' own: made in a temporary folder, on a free port of this machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

PASSWORD = f"s3cret-{secrets.token_hex(4)}"
"""Of every connection; no message may hold it."""
_QUICK = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB")
_ATTEMPTS = 5
"""A port that was free can be taken by somebody before the server has it."""


def programs() -> Path | None:
    """Return where initdb and pg_ctl are; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: int(path.parts[-3]))
    return newest[-1].parent if newest else None


class Cluster:
    """A server that runs; ``url`` of a database of its own for whoever asks."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self._user = self._unprivileged()
        self.port = 0

    @staticmethod
    def _unprivileged() -> str | None:
        """Return who runs the server where root runs the tests: it refuses to run as root."""
        if os.geteuid() != 0:
            return None
        with contextlib.suppress(KeyError):
            return pwd.getpwnam("postgres").pw_name
        return "nobody"

    def make(self) -> None:
        """Write the files of a new cluster."""
        self._folder.chmod(0o755)
        secret = self._folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if self._user:
            shutil.chown(self._folder, self._user)
            shutil.chown(secret, self._user)
        self._run(
            "initdb", "--username=technic", "--auth=scram-sha-256", f"--pwfile={secret}",
            "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def start(self, port: int | None = None) -> None:
        """Start the server, on a port that is free unless ``port`` names one."""
        for attempt in range(_ATTEMPTS):
            self.port = port or _free_port()
            settings = [f"-c {setting}" for setting in _QUICK]
            settings += ["-c listen_addresses=127.0.0.1", f"-c port={self.port}"]
            settings += [f"-c unix_socket_directories={self._folder}"]
            try:
                log = f"--log={self._folder / 'log'}"
                self._run("pg_ctl", "start", "-w", log, f"--options={' '.join(settings)}")
            except subprocess.CalledProcessError:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def stop(self) -> None:
        """End the server as a crash would: whoever is connected loses the connection."""
        self._run("pg_ctl", "stop", "--mode=immediate", "-w")

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, as hosts give it."""
        return f"postgres://technic:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, and drop it afterwards."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        yield self.url(name)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, f"--pgdata={self._folder / 'data'}", *arguments]
        subprocess.run(
            command, user=self._user, cwd=self._folder, check=True, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


@contextlib.contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Make and start a cluster; end it and delete its files afterwards."""
    with tempfile.TemporaryDirectory(prefix="technic-pg-") as folder:
        cluster = Cluster(Path(folder), programs)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
