"""The harness of the benchmarks: its arithmetic, its goals, and that it runs."""
