"""Where bars come from, and what is there of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from technic.errors import StoreError, UsageError
from technic.service.answers.common import job_answer
from technic.service.jobs.uploads import uploads
from technic.service.state import Service
from technic.text.paths import plain_path

__all__ = ["data_answer"]


def data_answer(service: Service) -> dict[str, Any]:
    """Say where bars come from: the provider, what its store holds, problem symbols, syncs.

    ``vendors``: those that can be synced. ``store``: None where nothing is stored, or where
    ``trouble`` says why it cannot be read.
    """
    from technic.data_engine.open_provider import REMOTE
    from technic.data_engine.provider_store import NOT_THERE, open_store

    settings = service.settings.settings
    source = settings.source()
    provider, path = source
    answer: dict[str, Any] = {
        "provider": provider,
        "simulated": source.simulated,
        "vendors": list(REMOTE),
        "data": None if path is None else plain_path(path),
        "store": None,
        "trouble": None,
        "problems": [],
        "last_sync": None,
        "uploads": [one.name for one in uploads(service.settings.uploads)],
    }
    synced = service.jobs.latest(1, "sync", ["done"])
    if synced:
        answer["last_sync"] = job_answer(service, synced[0]).model_dump()
    try:
        store = open_store(provider, settings)
        stats, problems = dataclasses.asdict(store.store.stats()), store.problems()
    except UsageError:  # a provider that keeps none
        return answer
    except StoreError as error:
        if error.reason != NOT_THERE:
            said = f"the store cannot be read: {error.reason}"
            answer["trouble"] = f"{said}; {error.hint}" if error.hint else said
        return answer
    answer["store"] = {
        n: str(v) if n in ("first", "last") and v is not None else v for n, v in stats.items()
    }
    answer["problems"] = [
        {"symbol": symbol, "reason": one.reason, "until": one.until.isoformat()}
        for symbol, one in sorted(problems.items())
    ]
    return answer
