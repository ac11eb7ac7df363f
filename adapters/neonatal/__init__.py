"""Neonatal units: a CSV extract in the manner of BadgerNet, one row for each baby."""
