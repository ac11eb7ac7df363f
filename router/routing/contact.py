"""How the family needs to be spoken with, and how it may be reached safely: gathered from every open referral.

A need that any sender states stands, and so does a danger of contact: leaving it out takes nothing back.
"""

from __future__ import annotations

from router.model.referral import CommunicationNeeds, SafeContact
from router.routing.case import Case


def communication_needs(case: Case) -> CommunicationNeeds:
    """Return every need that an open referral states; of languages the one stated last."""
    stated = [(one.event.occurred_at, one.event.communication_needs) for one in case.open_referrals]
    languages = [(when, needs.language) for when, needs in stated if needs.language]
    return CommunicationNeeds(
        language=max(languages)[1] if languages else "",
        interpreter=any(needs.interpreter for _, needs in stated),
        british_sign_language=any(needs.british_sign_language for _, needs in stated),
        formats=tuple(sorted({one for _, needs in stated for one in needs.formats})),
    )


def safe_contact(case: Case) -> SafeContact:
    """Return every caution that any referral states, withdrawn and superseded ones included."""
    stated = [(one.event.occurred_at, one.event.safe_contact) for one in case.referrals]
    said = sorted({(when, contact.instructions) for when, contact in stated if contact.instructions})
    return SafeContact(
        do_not_write=any(contact.do_not_write for _, contact in stated),
        do_not_phone=any(contact.do_not_phone for _, contact in stated),
        instructions=said[-1][1] if said else "",
    )
