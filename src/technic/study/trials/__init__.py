"""The ledger of trials: every study that was run on a lineage of data, and what luck reaches."""

from technic.study.trials.document import ledger_document
from technic.study.trials.ledger import Appended, TrialLedger, Verification, ledgers
from technic.study.trials.luck import luck_bar
from technic.study.trials.records import Lineage, Record, StudyEntry

__all__ = [
    "Appended",
    "Lineage",
    "Record",
    "StudyEntry",
    "TrialLedger",
    "Verification",
    "ledger_document",
    "ledgers",
    "luck_bar",
]
