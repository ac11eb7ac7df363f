"""Coded faults of native messages. A fault names fields, lines and segments; it never repeats what they hold."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Every reason for which a message is quarantined, as the desk sees it."""

    EMPTY_FILE = "EMPTY_FILE"
    """The file holds nothing at all, not even a header."""

    CSV_BAD_HEADER = "CSV_BAD_HEADER"
    """The first line is not the extract's header, or one of its entries cannot be read."""
    CSV_UNKNOWN_VERSION = "CSV_UNKNOWN_VERSION"
    """The header names a version of the extract that this adapter does not know."""
    CSV_MISSING_COLUMN = "CSV_MISSING_COLUMN"
    """A column of this version is not there."""
    CSV_UNEXPECTED_COLUMN = "CSV_UNEXPECTED_COLUMN"
    """A column is not of this version; reading on would drop what it says."""
    CSV_BAD_ENCODING = "CSV_BAD_ENCODING"
    """The text is not UTF-8."""
    CSV_BAD_QUOTING = "CSV_BAD_QUOTING"
    """The row's quotation marks do not pair up."""
    CSV_WRONG_FIELD_COUNT = "CSV_WRONG_FIELD_COUNT"
    """The row has more or fewer fields than the extract has columns."""
    CSV_MISSING_VALUE = "CSV_MISSING_VALUE"
    """A column that identifies or dates the referral is blank."""
    CSV_BAD_VALUE = "CSV_BAD_VALUE"
    """A column holds something that it cannot hold, such as letters in a count."""
    CSV_BAD_DATE = "CSV_BAD_DATE"
    """A date is impossible, or not written as this extract writes dates."""

    FHIR_NOT_JSON = "FHIR_NOT_JSON"
    """The text is not JSON, or repeats a key."""
    FHIR_NOT_A_MESSAGE = "FHIR_NOT_A_MESSAGE"
    """The document is not a Bundle of type message that begins with a MessageHeader."""
    FHIR_INVALID = "FHIR_INVALID"
    """A resource does not conform to FHIR R4."""
    FHIR_MISSING_RESOURCE = "FHIR_MISSING_RESOURCE"
    """A resource that the message needs is not in it."""
    FHIR_MISSING_VALUE = "FHIR_MISSING_VALUE"
    """An element that identifies or dates the referral is absent."""
    FHIR_BAD_VALUE = "FHIR_BAD_VALUE"
    """An element holds something that this adapter must not read past."""
    FHIR_BAD_DATE = "FHIR_BAD_DATE"
    """A date is impossible."""
    FHIR_UNKNOWN_MODIFIER = "FHIR_UNKNOWN_MODIFIER"
    """A modifier changes the meaning of a resource in a way that this adapter does not know."""

    HL7_NOT_A_MESSAGE = "HL7_NOT_A_MESSAGE"
    """The text does not begin with a readable MSH segment."""
    HL7_BAD_ENCODING = "HL7_BAD_ENCODING"
    """The text is not in the character set that MSH-18 names."""
    HL7_NOT_REF = "HL7_NOT_REF"
    """The message is not a REF of event I12, I13 or I14."""
    HL7_MISSING_SEGMENT = "HL7_MISSING_SEGMENT"
    """A segment that the message needs is not in it."""
    HL7_UNKNOWN_SEGMENT = "HL7_UNKNOWN_SEGMENT"
    """A line is no segment that a referral message has: perhaps the spoilt beginning of another message."""
    HL7_MISSING_VALUE = "HL7_MISSING_VALUE"
    """A field that identifies or dates the referral is empty."""
    HL7_BAD_VALUE = "HL7_BAD_VALUE"
    """A field holds something that it cannot hold."""
    HL7_BAD_DATE = "HL7_BAD_DATE"
    """A date is impossible."""

    EVENT_INVALID = "EVENT_INVALID"
    """The message could be read, but the event made of it breaks the contract, such as by a text that is too long."""
    ROUTER_REFUSED = "ROUTER_REFUSED"
    """The router refused the event or the withdrawal; used when it gave no reason of its own."""
    ADAPTER_ERROR = "ADAPTER_ERROR"
    """The adapter failed in a way it does not know: a fault of the adapter, so the message goes to a person."""


class MappingFault(Exception):  # noqa: N818 - a fault is what the desk calls it
    """Tells why and where a native message could not be mapped, without repeating anything that it holds."""

    def __init__(self, reason: Reason, location: str, message: str) -> None:
        super().__init__(reason, location, message)
        self.reason = reason
        self.location = location
        self.message = message

    def __str__(self) -> str:
        return f"{self.reason} at {self.location}: {self.message}"
