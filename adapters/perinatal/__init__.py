"""Perinatal mental health teams: a FHIR R4 message, a Bundle that begins with a MessageHeader."""
