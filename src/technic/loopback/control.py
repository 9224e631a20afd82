"""Paths of the server's own, which no vendor has: what it counted, and moving its day.

They change what is served, so no page of another site that runs in a browser of this machine may
ask them: not under a name of its own that leads here, and not from its own address.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.errors import ParameterError
from technic.loopback.arrivals import Stats
from technic.loopback.wire import Call, Route, WireError, as_day, json_reply
from technic.loopback.world import World, as_phase

__all__ = ["Control", "require_own"]

OWN_NAMES = ("localhost", "127.0.0.1", "::1")
OTHER_SITES = ("cross-site", "same-site")


def require_own(call: Call) -> None:
    """Raise WireError unless a request that came over a socket was meant for this machine.

    ``Host`` has to be a name of it, ``Origin`` (which browsers send) as well or absent; what a
    browser itself says came from another site is refused.
    """
    host, origin = call.headers.get("host", ""), call.headers.get("origin")
    foreign = origin is not None and _name(origin) not in OWN_NAMES
    if (
        _name(f"http://{host}") not in OWN_NAMES
        or foreign
        or call.headers.get("sec-fetch-site") in OTHER_SITES
    ):
        raise WireError(403, {"message": "only this machine may ask that"})


def _name(url: str) -> str | None:
    """The host of an address; None for what is none."""
    try:
        parts = urlsplit(url)
        name = parts.hostname
    except ValueError:
        return None
    known = parts.scheme in ("http", "https") and not parts.path.strip("/")
    return name if known and parts.username is None else None


class Control:
    """``/loopback/stats``, ``/loopback/reset`` and ``/loopback/today?date=…&phase=…``.

    None of them needs a key, waits or is counted.
    """

    def __init__(self, world: World, stats: Callable[[], Stats], reset: Callable[[], None]) -> None:
        self._world, self._stats, self._reset = world, stats, reset

    def routes(self) -> list[Route]:
        """Return what this answers."""
        answers = {"stats": self.stats, "reset": self.reset, "today": self.today}
        return [Route(name, "control", ("loopback", name), answer)
                for name, answer in answers.items()]  # fmt: skip

    def stats(self, _call: Call) -> HttpResponse:
        """Answer what was counted."""
        return json_reply(self._stats().as_dict())

    def reset(self, _call: Call) -> HttpResponse:
        """Forget what was counted, and answer what it was."""
        seen = self._stats().as_dict()
        self._reset()
        return json_reply(seen)

    def today(self, call: Call) -> HttpResponse:
        """Answer the day and the time it is, after moving the day where the query says so."""
        try:
            if "date" in call.query:
                self._world.today = as_day(call.query["date"]) or np.datetime64("NaT")
            if "phase" in call.query:
                self._world.phase = as_phase(call.query["phase"])
        except ParameterError as error:
            raise WireError(400, {"message": str(error)}) from error
        world = self._world
        document = {"today": str(world.today), "phase": world.phase, "now": world.now.isoformat()}
        return json_reply(document)
