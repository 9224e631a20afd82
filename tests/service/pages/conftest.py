"""A real browser on a real service: or the reason why there is none."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.axe import fetch_axe
from technic.service.pages.files import missing_libraries

IN_CI = os.environ.get("TECHNIC_CI") == "1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_S = 300.0


def unavailable(reason: str) -> None:
    """Skip for want of a tool; in CI that is a failure."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Watch:
    """What went wrong in a browser: console errors, and requests to anybody else."""

    base: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def over(self, context: Any) -> Any:
        """Watch a browser's context; foreign requests are stopped."""
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.route("**/*", self._asked)
        return context

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _asked(self, route: Any) -> None:
        if route.request.url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core."""
    if shutil.which("npm") is None:
        unavailable("npm is missing, which brings axe-core: apt-get install npm")
    try:
        return fetch_axe(tmp_path_factory.mktemp("axe"))
    except RuntimeError as error:
        unavailable(str(error))
        raise


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser, without a window."""
    if CHROMIUM is None:
        unavailable("chromium is missing: apt-get install chromium")
    if missing_libraries():
        unavailable("the pages' libraries are missing: scripts/fetch-assets, which needs npm")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        unavailable("playwright is missing: make test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Served:
    """A service that answers at ``base``; ``service``: its parts."""

    base: str
    service: Any


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start a service of its own on a free port; called with ``open`` and other settings.

    ``user``: settings as every command has them.
    """
    import uvicorn

    from technic.service.app import create_app
    from technic.service.service_settings import ServiceSettings
    from technic.settings import Settings

    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(user: dict[str, Any] | None = None, **given: Any) -> Served:
        home: Path = tmp_path_factory.mktemp("pages-home")
        os.environ["TECHNIC_HOME"] = str(home)  # workers read it
        settings = ServiceSettings(
            settings=Settings(home=home, **(user or {})), requests_per_minute=100_000, **given
        )
        app = create_app(settings)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE_S
        while not server.started and time.monotonic() < until:
            threading.Event().wait(0.02)
        running.append((server, thread))
        port = server.servers[0].sockets[0].getsockname()[1]
        return Served(f"http://127.0.0.1:{port}", app.state.service)

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(30.0)
