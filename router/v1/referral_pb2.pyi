import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Urgency(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    URGENCY_UNSPECIFIED: _ClassVar[Urgency]
    URGENCY_ROUTINE: _ClassVar[Urgency]
    URGENCY_URGENT: _ClassVar[Urgency]
    URGENCY_EMERGENCY: _ClassVar[Urgency]

class PersonRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSON_ROLE_UNSPECIFIED: _ClassVar[PersonRole]
    PERSON_ROLE_MOTHER: _ClassVar[PersonRole]
    PERSON_ROLE_MAIN_CARER: _ClassVar[PersonRole]
    PERSON_ROLE_PARTNER: _ClassVar[PersonRole]
    PERSON_ROLE_INFANT: _ClassVar[PersonRole]
    PERSON_ROLE_UNBORN: _ClassVar[PersonRole]
    PERSON_ROLE_SIBLING: _ClassVar[PersonRole]

class Sex(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEX_UNSPECIFIED: _ClassVar[Sex]
    SEX_FEMALE: _ClassVar[Sex]
    SEX_MALE: _ClassVar[Sex]
    SEX_INDETERMINATE: _ClassVar[Sex]

class LifeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFE_STATUS_UNSPECIFIED: _ClassVar[LifeStatus]
    LIFE_STATUS_ALIVE: _ClassVar[LifeStatus]
    LIFE_STATUS_DIED: _ClassVar[LifeStatus]
    LIFE_STATUS_STILLBORN: _ClassVar[LifeStatus]
    LIFE_STATUS_PREGNANCY_LOST: _ClassVar[LifeStatus]

class IdentifierSystem(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTIFIER_SYSTEM_UNSPECIFIED: _ClassVar[IdentifierSystem]
    IDENTIFIER_SYSTEM_CHI: _ClassVar[IdentifierSystem]
    IDENTIFIER_SYSTEM_NHS_NUMBER: _ClassVar[IdentifierSystem]
    IDENTIFIER_SYSTEM_LOCAL: _ClassVar[IdentifierSystem]

class Consent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_UNSPECIFIED: _ClassVar[Consent]
    CONSENT_GIVEN: _ClassVar[Consent]
    CONSENT_REFUSED: _ClassVar[Consent]
    CONSENT_NOT_SOUGHT: _ClassVar[Consent]
URGENCY_UNSPECIFIED: Urgency
URGENCY_ROUTINE: Urgency
URGENCY_URGENT: Urgency
URGENCY_EMERGENCY: Urgency
PERSON_ROLE_UNSPECIFIED: PersonRole
PERSON_ROLE_MOTHER: PersonRole
PERSON_ROLE_MAIN_CARER: PersonRole
PERSON_ROLE_PARTNER: PersonRole
PERSON_ROLE_INFANT: PersonRole
PERSON_ROLE_UNBORN: PersonRole
PERSON_ROLE_SIBLING: PersonRole
SEX_UNSPECIFIED: Sex
SEX_FEMALE: Sex
SEX_MALE: Sex
SEX_INDETERMINATE: Sex
LIFE_STATUS_UNSPECIFIED: LifeStatus
LIFE_STATUS_ALIVE: LifeStatus
LIFE_STATUS_DIED: LifeStatus
LIFE_STATUS_STILLBORN: LifeStatus
LIFE_STATUS_PREGNANCY_LOST: LifeStatus
IDENTIFIER_SYSTEM_UNSPECIFIED: IdentifierSystem
IDENTIFIER_SYSTEM_CHI: IdentifierSystem
IDENTIFIER_SYSTEM_NHS_NUMBER: IdentifierSystem
IDENTIFIER_SYSTEM_LOCAL: IdentifierSystem
CONSENT_UNSPECIFIED: Consent
CONSENT_GIVEN: Consent
CONSENT_REFUSED: Consent
CONSENT_NOT_SOUGHT: Consent

class Identifier(_message.Message):
    __slots__ = ("system", "value", "assigner")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNER_FIELD_NUMBER: _ClassVar[int]
    system: IdentifierSystem
    value: str
    assigner: str
    def __init__(self, system: _Optional[_Union[IdentifierSystem, str]] = ..., value: _Optional[str] = ..., assigner: _Optional[str] = ...) -> None: ...

class PersonName(_message.Message):
    __slots__ = ("given", "family", "former")
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    FORMER_FIELD_NUMBER: _ClassVar[int]
    given: str
    family: str
    former: bool
    def __init__(self, given: _Optional[str] = ..., family: _Optional[str] = ..., former: _Optional[bool] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("ref", "role", "identifiers", "names", "birth_date", "sex", "expected_date", "birth_order", "multiplicity", "phones", "emails", "postcode", "death_date", "life_status")
    REF_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_DATE_FIELD_NUMBER: _ClassVar[int]
    BIRTH_ORDER_FIELD_NUMBER: _ClassVar[int]
    MULTIPLICITY_FIELD_NUMBER: _ClassVar[int]
    PHONES_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    POSTCODE_FIELD_NUMBER: _ClassVar[int]
    DEATH_DATE_FIELD_NUMBER: _ClassVar[int]
    LIFE_STATUS_FIELD_NUMBER: _ClassVar[int]
    ref: str
    role: PersonRole
    identifiers: _containers.RepeatedCompositeFieldContainer[Identifier]
    names: _containers.RepeatedCompositeFieldContainer[PersonName]
    birth_date: str
    sex: Sex
    expected_date: str
    birth_order: int
    multiplicity: int
    phones: _containers.RepeatedScalarFieldContainer[str]
    emails: _containers.RepeatedScalarFieldContainer[str]
    postcode: str
    death_date: str
    life_status: LifeStatus
    def __init__(self, ref: _Optional[str] = ..., role: _Optional[_Union[PersonRole, str]] = ..., identifiers: _Optional[_Iterable[_Union[Identifier, _Mapping]]] = ..., names: _Optional[_Iterable[_Union[PersonName, _Mapping]]] = ..., birth_date: _Optional[str] = ..., sex: _Optional[_Union[Sex, str]] = ..., expected_date: _Optional[str] = ..., birth_order: _Optional[int] = ..., multiplicity: _Optional[int] = ..., phones: _Optional[_Iterable[str]] = ..., emails: _Optional[_Iterable[str]] = ..., postcode: _Optional[str] = ..., death_date: _Optional[str] = ..., life_status: _Optional[_Union[LifeStatus, str]] = ...) -> None: ...

class Household(_message.Message):
    __slots__ = ("address_lines", "postcode", "board_code", "destination_board_code")
    ADDRESS_LINES_FIELD_NUMBER: _ClassVar[int]
    POSTCODE_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    address_lines: _containers.RepeatedScalarFieldContainer[str]
    postcode: str
    board_code: str
    destination_board_code: str
    def __init__(self, address_lines: _Optional[_Iterable[str]] = ..., postcode: _Optional[str] = ..., board_code: _Optional[str] = ..., destination_board_code: _Optional[str] = ...) -> None: ...

class Referrer(_message.Message):
    __slots__ = ("service", "role", "reply_to")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    service: str
    role: str
    reply_to: str
    def __init__(self, service: _Optional[str] = ..., role: _Optional[str] = ..., reply_to: _Optional[str] = ...) -> None: ...

class CodedConcept(_message.Message):
    __slots__ = ("system", "code", "display")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    system: str
    code: str
    display: str
    def __init__(self, system: _Optional[str] = ..., code: _Optional[str] = ..., display: _Optional[str] = ...) -> None: ...

class Observation(_message.Message):
    __slots__ = ("fact", "subject_ref", "yes_no", "choice", "number", "date", "unmapped", "observed_at", "observed_by")
    FACT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_REF_FIELD_NUMBER: _ClassVar[int]
    YES_NO_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    UNMAPPED_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_BY_FIELD_NUMBER: _ClassVar[int]
    fact: str
    subject_ref: str
    yes_no: bool
    choice: str
    number: int
    date: str
    unmapped: CodedConcept
    observed_at: _timestamp_pb2.Timestamp
    observed_by: str
    def __init__(self, fact: _Optional[str] = ..., subject_ref: _Optional[str] = ..., yes_no: _Optional[bool] = ..., choice: _Optional[str] = ..., number: _Optional[int] = ..., date: _Optional[str] = ..., unmapped: _Optional[_Union[CodedConcept, _Mapping]] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., observed_by: _Optional[str] = ...) -> None: ...

class Involvement(_message.Message):
    __slots__ = ("service", "current", "board_code")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    service: str
    current: bool
    board_code: str
    def __init__(self, service: _Optional[str] = ..., current: _Optional[bool] = ..., board_code: _Optional[str] = ...) -> None: ...

class CommunicationNeeds(_message.Message):
    __slots__ = ("language", "interpreter", "british_sign_language", "formats")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    BRITISH_SIGN_LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    FORMATS_FIELD_NUMBER: _ClassVar[int]
    language: str
    interpreter: bool
    british_sign_language: bool
    formats: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, language: _Optional[str] = ..., interpreter: _Optional[bool] = ..., british_sign_language: _Optional[bool] = ..., formats: _Optional[_Iterable[str]] = ...) -> None: ...

class SafeContact(_message.Message):
    __slots__ = ("do_not_write", "do_not_phone", "instructions")
    DO_NOT_WRITE_FIELD_NUMBER: _ClassVar[int]
    DO_NOT_PHONE_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTIONS_FIELD_NUMBER: _ClassVar[int]
    do_not_write: bool
    do_not_phone: bool
    instructions: str
    def __init__(self, do_not_write: _Optional[bool] = ..., do_not_phone: _Optional[bool] = ..., instructions: _Optional[str] = ...) -> None: ...

class ReferralEvent(_message.Message):
    __slots__ = ("source_system", "source_reference", "source_version", "occurred_at", "referrer", "people", "household", "observations", "concerns", "communication_needs", "safe_contact", "requested_service", "urgency", "consent", "involvements", "view_of_parent", "free_text")
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    SOURCE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLD_FIELD_NUMBER: _ClassVar[int]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    CONCERNS_FIELD_NUMBER: _ClassVar[int]
    COMMUNICATION_NEEDS_FIELD_NUMBER: _ClassVar[int]
    SAFE_CONTACT_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_SERVICE_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    INVOLVEMENTS_FIELD_NUMBER: _ClassVar[int]
    VIEW_OF_PARENT_FIELD_NUMBER: _ClassVar[int]
    FREE_TEXT_FIELD_NUMBER: _ClassVar[int]
    source_system: str
    source_reference: str
    source_version: int
    occurred_at: _timestamp_pb2.Timestamp
    referrer: Referrer
    people: _containers.RepeatedCompositeFieldContainer[Person]
    household: Household
    observations: _containers.RepeatedCompositeFieldContainer[Observation]
    concerns: _containers.RepeatedCompositeFieldContainer[CodedConcept]
    communication_needs: CommunicationNeeds
    safe_contact: SafeContact
    requested_service: str
    urgency: Urgency
    consent: Consent
    involvements: _containers.RepeatedCompositeFieldContainer[Involvement]
    view_of_parent: str
    free_text: str
    def __init__(self, source_system: _Optional[str] = ..., source_reference: _Optional[str] = ..., source_version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., referrer: _Optional[_Union[Referrer, _Mapping]] = ..., people: _Optional[_Iterable[_Union[Person, _Mapping]]] = ..., household: _Optional[_Union[Household, _Mapping]] = ..., observations: _Optional[_Iterable[_Union[Observation, _Mapping]]] = ..., concerns: _Optional[_Iterable[_Union[CodedConcept, _Mapping]]] = ..., communication_needs: _Optional[_Union[CommunicationNeeds, _Mapping]] = ..., safe_contact: _Optional[_Union[SafeContact, _Mapping]] = ..., requested_service: _Optional[str] = ..., urgency: _Optional[_Union[Urgency, str]] = ..., consent: _Optional[_Union[Consent, str]] = ..., involvements: _Optional[_Iterable[_Union[Involvement, _Mapping]]] = ..., view_of_parent: _Optional[str] = ..., free_text: _Optional[str] = ...) -> None: ...
