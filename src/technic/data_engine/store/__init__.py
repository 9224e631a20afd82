"""The store: every bar that was ever answered, and what is known to be answered."""

from technic.data_engine.store._bar_window import BarWindow
from technic.data_engine.store._delta import CommitRetry
from technic.data_engine.store._quarantine import Problem
from technic.data_engine.store.bar_store import BarStore
from technic.data_engine.store.upkeep.inspect import StoreStats
from technic.data_engine.store.upkeep.transfer import ImportReport
from technic.data_engine.store.upkeep.vacuum import VacuumReport

__all__ = [
    "BarStore",
    "BarWindow",
    "CommitRetry",
    "ImportReport",
    "Problem",
    "StoreStats",
    "VacuumReport",
]
