"""One message in each format that cannot be mapped: each must reach a person, the one that speaks of danger first."""

from __future__ import annotations

from adapters.population.bundles import bundle, condition, written
from adapters.population.extracts import neonatal_row, substance_row
from adapters.population.messages import message, obx
from adapters.population.names import FIFE, GLASGOW, LANARKSHIRE, LOTHIAN
from adapters.population.outbox import Outbox
from adapters.population.people import Maker


def add_malformed(maker: Maker, out: Outbox) -> None:
    """Add an impossible date, too many fields, broken JSON, and a message without the referral itself."""
    family = maker.family(age_days=33, board=LANARKSHIRE)
    day = maker.as_at
    out.neonatal(LANARKSHIRE, neonatal_row(family, day, birth_dt="2026-02-30T04:10", gest_weeks="37"))
    family = maker.family(weeks_pregnant=20, board=FIFE)
    out.substance(FIFE, substance_row(family, day) + ",left over")
    family = maker.family(age_days=44, board=GLASGOW)
    content = [condition("F32.1", "Moderate depressive episode", day, severity="moderate")]
    out.perinatal_text(GLASGOW, written(bundle(family, day, content))[:-40])
    family = maker.family(age_days=80, board=LOTHIAN)
    note = "Mother says she has thoughts of suicide and that the baby would be better off without her."
    whole = message(family, day, [obx("HPI", "A")], priority="S", note=note)
    out.health_visiting(LOTHIAN, b"\r".join(line for line in whole.split(b"\r") if not line.startswith(b"RF1")))
