"""docs/nightly.md is run as it stands, by the crontab's line, with what cron gives a job."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loopback import day, small
from support.receiver import receiving
from technic.loopback import LoopbackServer
from technic.watches.database import open_watches
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "nightly.md"
PATIENCE = 300
CRON_PATH = "/usr/bin:/bin"
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"

pytestmark = pytest.mark.skipif(
    shutil.which("flock", path=CRON_PATH) is None, reason="there is no flock"
)

Night = Callable[..., tuple[int, list[str]]]


def blocks() -> tuple[str, str, str]:
    """The page's environment file, script, and command of the crontab's line."""
    env, script, crontab, _ = re.findall(r"^```\w*\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    command = re.fullmatch(r"30 23 \* \* 1-5  (.*)\n", crontab)
    assert command is not None
    return env, script, command[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A home with the page's script, and ``technic`` where the environment file says it is."""
    _, script, _ = blocks()
    folder = tmp_path / "technic"
    (folder / ".venv" / "bin").mkdir(parents=True)
    technic = folder / ".venv" / "bin" / "technic"
    start = f'PYTHONPATH={ROOT / "src"} exec "{sys.executable}" -m technic "$@"'
    technic.write_text(f"#!/bin/sh\n{start}\n")
    (folder / "nightly.sh").write_text(script)
    for path in (technic, folder / "nightly.sh"):
        path.chmod(0o700)
    return folder


@pytest.fixture
def night(folder: Path) -> Night:
    """Run the crontab's line as cron does; return its exit code and the lines it logged."""
    _, _, command = blocks()
    log = folder / "nightly.log"

    def run(**more: str) -> tuple[int, list[str]]:
        before = len(log.read_text().splitlines()) if log.exists() else 0
        home = str(folder.parent)
        given = {"HOME": home, "LOGNAME": "trader", "SHELL": "/bin/sh", "PATH": CRON_PATH}
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={**given, **more}, cwd=home, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.stdout + done.stderr == b"", "cron would send it as mail"
        return done.returncode, log.read_text().splitlines()[before:]

    return run


def settle(folder: Path, url: str) -> None:
    """Write the page's environment file, for the simulated vendor."""
    env, _, _ = blocks()
    key = 'TECHNIC_PROVIDER=polygon\nTECHNIC_POLYGON_KEY="your key"\n'
    assert key in env
    own = f"TECHNIC_PROVIDER=loopback\nTECHNIC_LOOPBACK_URL={url}\n"
    (folder / "technic.env").write_text(env.replace(key, own))


def watch_turns(folder: Path, address: str) -> None:
    """Keep a watch of symbols that turn upwards, told to a receiver."""
    target = f"webhook+http://a-secret-of-sixteen@{address}/turns"
    watch = Watch(name="turns", where="close > open", schedule="bars", targets=(target,))
    with open_watches(folder.parent / ".technic") as database:
        WatchTable(database).add(watch, 0.0)


def test_three_nights_a_line_each(folder: Path, night: Night):
    """The first, the next in another time zone, one on which the vendor is gone."""
    loopback = small(200, 330)
    loopback.world.today = day("2026-06-29")
    with receiving() as receiver, LoopbackServer(loopback) as server:
        watch_turns(folder, receiver.address)
        settle(folder, server.url)
        code, lines = night()
        assert (code, len(lines)) == (0, 1), lines
        assert re.match(rf"{STAMP} exit 0 · as of 2026-06-29 · \d+ of 197 symbols kept ·", lines[0])
        loopback.world.today = day("2026-06-30")
        code, lines = night(TZ="Pacific/Auckland")
        assert (code, len(lines)) == (0, 1), lines
        assert re.match(
            rf"{STAMP} exit 0 · as of 2026-06-30 · .* · SIMULATED · "
            r"\d+ entered, \d+ left, \d+ moved, \d+ unchanged since 2026-06-29$",
            lines[0],
        )
        assert [post.path for post in receiver.posts] == ["/turns"] * 2, "a digest a night"
    code, lines = night()
    assert code == 1
    assert len(lines) > 1
    assert re.match(rf"{STAMP} exit 1 · ", lines[-1])
    assert all(line.startswith("technic: ") for line in lines[:-1]), lines
    results = sorted(path.name for path in (folder / "results").iterdir())
    assert results == ["2026-06-29", "2026-06-30"]
    kept = sorted((folder.parent / ".technic" / "universe" / "simulated").glob("*.txt.gz"))
    assert len(kept) == 4
    assert (folder / "results" / "2026-06-30").stat().st_mode & 0o077 == 0


def test_a_run_beside_another_says_so_and_leaves_all_alone(folder: Path, night: Night):
    """The lock is held: one line, exit code 75, nothing is asked."""
    settle(folder, "http://127.0.0.1:9")
    with (folder / "nightly.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, lines = night()
    assert code == 75
    (line,) = lines
    assert re.fullmatch(rf"{STAMP} not run: the run before has not ended", line)
    assert not (folder / "results").exists()
