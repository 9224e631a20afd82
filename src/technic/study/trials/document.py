"""Ledgers of trials as JSON, each with what checking it says."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from technic.study.trials.ledger import TrialLedger, Verification

__all__ = ["ledger_document"]


def ledger_document(ledger: TrialLedger, checked: Verification) -> dict[str, Any]:
    """Return a ledger: of which data, what ``checked`` says of it, its records, oldest first."""
    return {
        "provider": ledger.lineage.provider,
        "universe": ledger.lineage.universe,
        **asdict(checked),
        "sound": checked.sound,
        "records": [asdict(record) for record in ledger.records()],
    }
