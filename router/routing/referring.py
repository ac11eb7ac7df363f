"""Who may refer to a service. It is asked where a family is placed anew, and never where it is urgent."""

from __future__ import annotations

from collections.abc import Iterable

from router.model.referral import Urgency
from router.rules.pack import Pack


def closed_to(pack: Pack, referrers: Iterable[str], urgency: Urgency | None) -> frozenset[str]:
    """Return the services that take referrals from none of those who referred.

    ``referrers`` are the services that sent the open referrals, empty for one that is not known: then nobody is closed,
    since what is not known excludes nobody. ``urgency`` is the highest that anybody stated or any danger demands.
    """
    sent = frozenset(referrers)
    if (urgency or Urgency.ROUTINE) > Urgency.ROUTINE or not sent or not sent <= pack.services.keys():
        return frozenset()
    return frozenset(
        name for name, one in pack.services.items() if one.referrers is not None and not sent & {*one.referrers, name}
    )
