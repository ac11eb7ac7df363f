"""Loads what registers hold of families: who they are, and nothing to decide about."""
