"""Benchmarks. Each names its data, its hardware and what it is compared with."""
