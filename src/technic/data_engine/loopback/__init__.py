"""The simulated market over HTTP on this machine, in the formats of Polygon and Alpaca.

For tests, benchmarks and trying things out: nothing here is a real price, and nothing leaves the
machine.
"""

from technic.data_engine.loopback.arrivals import Stats
from technic.data_engine.loopback.core import Loopback
from technic.data_engine.loopback.faults import FaultRules
from technic.data_engine.loopback.server import LoopbackServer, Wiring
from technic.data_engine.loopback.vendor_plans import WireOptions
from technic.data_engine.loopback.world import World

__all__ = ["FaultRules", "Loopback", "LoopbackServer", "Stats", "WireOptions", "Wiring", "World"]
