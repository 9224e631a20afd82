"""The store of facts: a table beside the bars to which rows are only ever added."""

from technic.facts.store.fact_store import AppendCount, FactStore, FactStoreStatus
from technic.facts.store.upkeep import vacuum_facts, verify_facts

__all__ = ["AppendCount", "FactStore", "FactStoreStatus", "vacuum_facts", "verify_facts"]
