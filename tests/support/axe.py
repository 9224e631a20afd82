"""axe-core, fetched for the run: it finds what keeps people with disabilities from using a page."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
from pathlib import Path

PACKAGE = "axe-core@4.14.1"
INTEGRITY = (
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NP"
    "jCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
)
SECONDS = 120


def fetch_axe(folder: Path) -> str:
    """Return the source of axe-core; RuntimeError where npm does not bring it as it should be."""
    command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    archives = list(folder.glob("axe-core-*.tgz"))
    if done.returncode != 0 or not archives:
        raise RuntimeError(f"npm did not bring {PACKAGE}: {done.stderr.strip()[-200:]}")
    digest = hashlib.sha512(archives[0].read_bytes()).digest()
    if "sha512-" + base64.b64encode(digest).decode() != INTEGRITY:
        raise RuntimeError(f"{PACKAGE} is not what was expected")
    with tarfile.open(archives[0]) as packed:
        stream = packed.extractfile("package/axe.min.js")
        if stream is None:
            raise RuntimeError(f"{PACKAGE} holds no axe.min.js")
        return stream.read().decode()
