"""What sources call the services that the directory lists."""

from __future__ import annotations

DIRECTORY_IDS: dict[str, str] = {
    "IMH": "imh",
    "CPMHT": "cpmht",
    "MBU": "mbu",
    "MNPI": "mnpi",
    "CMHT": "cmht",
    "CAMHS": "camhs",
    "SMS": "substance-misuse",
    "MAT": "maternity",
    "SNIP": "special-needs-in-pregnancy",
    "NNFU": "neonatal-follow-up",
    "NDS": "neurodevelopmental",
    "HV": "health-visiting",
    "FNP": "fnp",
    "GP": "gp",
    "ELC": "early-learning-centre",
    "SW": "social-work",
    "DAS": "domestic-abuse-support",
    "REL": "relationship-support",
    "PAR": "parenting-education",
    "HFS": "family-support",
    "3RD": "third-sector",
    "INFO": "information-only",
}
"""Codes that the four sources share for services, and the directory's ids."""


def directory_id(code: str) -> str:
    """Return the directory's id for a source's code of a service; empty when the code is not known here."""
    return DIRECTORY_IDS.get(code.strip().upper(), "")
