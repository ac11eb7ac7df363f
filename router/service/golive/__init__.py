"""Putting rules into force: proposals, approvals, activation at a date, shadows, rolling back, and changing over."""
