"""A vendor: what the user's key may do, and whether the settings fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.network.run_async import run_async
from technic.data_engine.open_provider import market_clock, open_remote, transport_factory
from technic.data_engine.open_vendor import VENDORS
from technic.data_engine.sync.key_check import Finding, KeyCheck
from technic.errors import TechnicError
from technic.health.check import Check
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.wording.counts import agree

__all__ = ["settings_advice", "vendor_checks"]

STATES: dict[str, Literal["ok", "warn", "fail"]] = {
    "yes": "ok",
    "no": "warn",
    "broken": "fail",
    "untried": "ok",
}
NEEDED = ("listings", "symbol history", "whole-market day")
THREE_YEARS = 3 * 365


def vendor_checks(name: str, settings: Settings, calendar: SessionCalendar) -> Iterator[Check]:
    """Yield a check for each kind of request, and what the settings should say.

    One small request of each kind is sent; after a refused rate it waits a minute.
    """
    label = f"provider {name}"
    try:
        configured = open_remote(name, settings)
        remote = open_remote(name, _with_largest_plan(name, settings))
        connect = transport_factory(remote, settings)
        now = market_clock(name, settings)()
        findings = run_async(KeyCheck(remote, calendar, now, connect).run())
    except TechnicError as error:
        yield Check(label, "fail", str(error))
        return
    yield _summary(label, findings, simulated=configured.simulated)
    for finding in findings:
        yield Check(f"{name}: {finding.topic}", STATES[finding.verdict], _detail(finding))
    by_topic: dict[str, Finding] = {finding.topic: finding for finding in findings}
    yield from settings_advice(name, configured.capabilities, by_topic)


def _with_largest_plan(name: str, settings: Settings) -> Settings:
    """Settings under which every kind of request is there to be tried."""
    plans = VENDORS[name].plans
    if not plans:
        return settings
    larger: dict[str, Any] = {f"{name}_plan": plans[-1]}
    return replace(settings, **larger)


def _summary(label: str, findings: list[Finding], *, simulated: bool) -> Check:
    """Tell whether the key is good for anything."""
    needed = [one for one in findings if one.topic in NEEDED and one.verdict != "untried"]
    if not any(one.verdict == "yes" for one in needed):
        worst = needed[-1].detail if needed else "nothing could be tried"
        return Check(label, "fail", f"no answer to anything a scan needs: {worst}")
    kinds = [one.topic for one in findings if one.verdict == "yes" and one.topic != "request rate"]
    kind = "SIMULATED, " if simulated else ""
    return Check(label, "ok", f"{kind}answers {', '.join(kinds)}")


def _detail(finding: Finding) -> str:
    if finding.verdict == "no" and finding.topic != "request rate":
        return f"not with this key: {finding.detail}"
    return finding.detail


def settings_advice(
    name: str, configured: Capabilities, findings: Mapping[str, Finding]
) -> Iterator[Check]:
    """Compare what the settings promise with what the key gives.

    ``configured``: what the vendor's plan in the settings may do; ``findings``: by topic.
    """
    rate = configured.requests_per_minute
    if findings["request rate"].verdict == "no" and rate is not None:
        requests = agree(rate, "request", "requests")
        detail = f"Technic keeps to {rate:g} {requests} a minute by the settings"
        yield Check(f"{name}: settings", "ok", detail)
    if not VENDORS[name].plans:
        return
    smaller, larger = VENDORS[name].plans[0], VENDORS[name].plans[-1]
    deep = configured.history_days is None or configured.history_days >= THREE_YEARS
    promised = {
        "snapshot": "snapshot" in configured.kinds,
        "history depth": deep,
        "same-day data": configured.same_day,
    }
    less = [topic for topic, there in promised.items() if there and findings[topic].verdict == "no"]
    more = [
        topic for topic, there in promised.items() if not there and findings[topic].verdict == "yes"
    ]
    variable = f"TECHNIC_{name.upper()}_PLAN"
    if less:
        detail = f"the settings count on {', '.join(less)}: set {variable}={smaller}"
        yield Check(f"{name}: settings", "warn", detail)
    elif more:
        detail = f"the key gives {', '.join(more)} too: set {variable}={larger}"
        yield Check(f"{name}: settings", "warn", detail)
