"""The ledger of trials: every study that was run on a lineage of data, and what luck reaches."""

from technic.study.trials.document import ledger_document
from technic.study.trials.earlier import earlier_trials, spellings
from technic.study.trials.ledger import Appended, Earlier, TrialLedger, Verification, ledgers
from technic.study.trials.luck import luck_bar
from technic.study.trials.records import Lineage, Record, StudyEntry

__all__ = [
    "Appended",
    "Earlier",
    "Lineage",
    "Record",
    "StudyEntry",
    "TrialLedger",
    "Verification",
    "earlier_trials",
    "ledger_document",
    "ledgers",
    "luck_bar",
    "spellings",
]
