"""The simulated market over HTTP on this machine, in the formats of Polygon and Alpaca.

For tests, benchmarks and trying things out: nothing here is a real price, and nothing leaves the
machine.
"""

from technic.loopback.arrivals import Stats
from technic.loopback.core import Loopback
from technic.loopback.faults import FaultRules
from technic.loopback.server import LoopbackServer, Wiring
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.world import World

__all__ = ["FaultRules", "Loopback", "LoopbackServer", "Stats", "WireOptions", "Wiring", "World"]
