"""Measures and trains the matcher: synthetic families, public test data, weights, and how well they do.

Nothing that serves imports this package; it uses the matcher as a service does.
"""
