"""schemathesis against a service of its own, with every check it has.

``PYTHONPATH=tests:. python -m service.fuzz [EXAMPLES] [SEED]`` prints what it found: ``make fuzz``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

from service.conftest import small_market
from support.serving import serving
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

__all__ = ["fuzz"]

PATIENCE_S = 300.0
KNOWN = '\n[parameters]\n"path.identity" = "{}"\n"path.symbol" = "S01"\n'
CONFIG = Path(__file__).with_name("schemathesis.toml")


def fuzz(folder: Path, examples: int, seed: int, *, known: bool) -> tuple[int, str]:
    """Return the exit code and the report of schemathesis.

    ``known``: ask about the result and a symbol that are there, else about anything.
    """
    prices = folder / "prices.csv"
    prices.write_bytes(small_market())
    home = folder / "home"
    settings = ServiceSettings(
        settings=Settings(home=home, provider="files", data=str(prices)),
        requests_per_minute=10_000_000,
        most_queued=3,
    )
    with serving(settings) as (base, service):
        _, key = service.keys.add("fuzz", "admin")
        job = _scan(base, key)
        config = folder / "schemathesis.toml"
        text = CONFIG.read_text(encoding="utf-8") + (KNOWN.format(job) if known else "")
        config.write_text(text, encoding="utf-8")
        command = [
            *(
                sys.executable,
                "-m",
                "schemathesis.cli",
                "--config-file",
                str(config),
                "run",
                f"{base}/openapi.json",
            ),
            *("--header", f"Authorization: Bearer {key}", "--checks", "all"),
            *("--max-examples", str(examples), "--seed", str(seed), "--generation-deterministic"),
            *("--no-color", "--continue-on-failure", "--request-timeout", "60"),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _scan(base: str, key: str) -> str:
    """Finish a scan, so that there is something to ask about; return its id."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(path: str, body: bytes | None = None) -> dict[str, object]:
        with urlopen(Request(base + path, body, headers), timeout=PATIENCE_S) as answer:
            return dict(json.loads(answer.read()))

    job = ask("/v1/scans", b"{}")
    until = time.monotonic() + PATIENCE_S
    while job["state"] in ("queued", "running") and time.monotonic() < until:
        time.sleep(0.05)
        job = ask(f"/v1/jobs/{job['id']}")
    assert job["state"] == "done", job
    return str(job["id"])


def main(examples: str = "100", seed: str = "1") -> int:
    """Print the reports of a long run."""
    codes = []
    for known in (True, False):
        with tempfile.TemporaryDirectory(prefix="technic-fuzz-") as folder:
            code, report = fuzz(Path(folder), int(examples), int(seed), known=known)
        sys.stdout.write(report)
        codes.append(code)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
