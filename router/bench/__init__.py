"""Measures the router beside a bare echo server, in one run on one machine. ``python -m router.bench``."""
