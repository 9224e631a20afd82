"""Paths of the server's own, which no vendor has: what it counted, and moving its day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.errors import ParameterError
from technic.loopback.arrivals import Stats
from technic.loopback.wire import Call, Route, WireError, as_day, json_reply
from technic.loopback.world import World, as_phase

__all__ = ["Control"]


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
