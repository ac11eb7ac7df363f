"""Words of danger in a message that could not be read: a desk sees such a message first.

This is a safety net under the desk's queue and no more. It looks for word stems in raw text, so it finds too much on
purpose, and it never routes, matches or decides anything.
"""

from __future__ import annotations

_STEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bruising-not-mobile", ("bruis",)),
    ("child-protection", ("child protection", "child_protection", "safeguard", "neglect")),
    ("unborn-protection", ("unborn protection", "unborn_protection", "pre-birth planning")),
    ("high-risk-domestic-abuse", ("marac",)),
    ("partner-violence", ("violen", "assault", "strangl")),
    ("domestic-abuse", ("domestic abuse", "domestic_abuse", "coercive")),
    ("psychosis-suspected", ("psychos", "psychotic", "hallucinat", "delusion")),
    ("suicidal-intent", ("suicid", "end her life", "end his life", "kill hersel", "kill himsel")),
    ("new-violent-self-harm", ("self-harm", "self harm", "self_harm")),
    ("overdose-recent", ("overdos",)),
    ("faltering-growth", ("faltering", "failure to thrive")),
    ("withdrawal-or-lost-skills", ("lost skills", "loss of skills", "marked withdrawal")),
)


def danger_in(raw: bytes) -> tuple[str, ...]:
    """Return the names of the floor's triggers whose words stand in ``raw``, most pressing first."""
    text = raw.decode("utf-8", errors="replace").lower()
    return tuple(trigger for trigger, stems in _STEMS if any(stem in text for stem in stems))
