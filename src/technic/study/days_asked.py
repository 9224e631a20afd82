"""The days that a study is asked for, held against what the data have."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from technic.data_engine.interfaces.provider import Provider
from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scan.context import open_context, settled_files
from technic.sessions import parse_day
from technic.settings import Settings, load_settings
from technic.study.replay.replay import Replay, open_replay

__all__ = ["open_days"]


def open_days(
    config: ScanConfig,
    first: str | None,
    last: str | None,
    *,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
) -> Replay:
    """Open the replay of a study's days.

    Raises what `open_replay` raises; of a day after the data's last session that names this one.
    """
    settings = settings or load_settings(os.environ, Path.cwd())
    try:
        return open_replay(config, first, last, provider=provider, settings=settings, now=now)
    except ParameterError as error:
        day = {"first": first, "last": last}.get(error.parameter)
        if day is None:
            raise
        asked = parse_day(error.parameter, day)
        if provider is None:
            config = settled_files(config, settings)
        end = open_context(config, settings, now, provider, None, ()).last_session
        if asked <= end:
            raise
        allowed = f"at most {end}, the data's last session"
        raise ParameterError(error.parameter, day, allowed) from None
