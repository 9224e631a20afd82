"""The store: every bar that was ever answered, and what is known to be answered.

Its tables, files and lock are for other tables than those of bars, too.
"""

from technic.data_engine.store._bar_window import BarWindow
from technic.data_engine.store._delta import Change, CommitRetry, DeltaFolder, TableSpec
from technic.data_engine.store._files import DataFile, data_files, read_batches
from technic.data_engine.store._quarantine import Problem
from technic.data_engine.store._tables import StoreTables
from technic.data_engine.store._writer_lock import writer_lock
from technic.data_engine.store.bar_store import BarStore
from technic.data_engine.store.upkeep.inspect import StoreStats
from technic.data_engine.store.upkeep.transfer import ImportReport
from technic.data_engine.store.upkeep.vacuum import VacuumReport

__all__ = [
    "BarStore",
    "BarWindow",
    "Change",
    "CommitRetry",
    "DataFile",
    "DeltaFolder",
    "ImportReport",
    "Problem",
    "StoreStats",
    "StoreTables",
    "TableSpec",
    "VacuumReport",
    "data_files",
    "read_batches",
    "writer_lock",
]
