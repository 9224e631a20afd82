"""Benchmarks: each prints ratios of two things measured in the same run."""
