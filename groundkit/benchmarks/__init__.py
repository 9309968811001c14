"""Published benchmarks as gold records: `read_benchmark`. They are for scoring, not training."""

from groundkit.benchmarks.read import ORDERS, Benchmark, read_benchmark
from groundkit.benchmarks.sets import BENCHMARKS

__all__ = ["BENCHMARKS", "ORDERS", "Benchmark", "read_benchmark"]
