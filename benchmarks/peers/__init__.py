"""Technic beside other libraries: the same bars, the same indicators, in one run.

``python -m benchmarks.peers`` makes an environment for each peer, apart from the project's, runs
each peer's script of ``workers`` there, checks the answers against Technic's, prints the ratios.
"""
