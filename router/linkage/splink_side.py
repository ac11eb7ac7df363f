"""Splink on the same data, in the same run: as its manual shows it, and with the best settings that we found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from router.linkage.curve import Quality, quality
from router.linkage.febrl import Frame

_MOST_RANDOM_PAIRS = 1e6
_SEED = 1
_LEAST_BITS = -30
_RECALL_GUESS = 0.7
"""Splink asks how much of the true pairs its deterministic rule finds."""


class Setup(StrEnum):
    """How Splink is set up."""

    STOCK = "stock"
    TUNED = "tuned"


def measure(frames: Sequence[Frame], setup: Setup) -> Quality:
    """Return Splink's figures for one data set to deduplicate, or of two to link."""
    import pandas as pd  # noqa: PLC0415 - the extra may be missing

    predicted = _predict([pd.DataFrame(frame).replace({"": None}) for frame in frames], setup)
    scored = [
        (float(weight), _entity(left) == _entity(right))
        for weight, left, right in zip(
            predicted["match_weight"], predicted["rec_id_l"], predicted["rec_id_r"], strict=True
        )
    ]
    return quality(scored, _true_pairs(frames))


def _entity(rec_id: str) -> str:
    return rec_id.split("-")[1]


def _true_pairs(frames: Sequence[Sequence[Mapping[str, str]]]) -> int:
    counts = [Counter(_entity(row["rec_id"]) for row in frame) for frame in frames]
    if len(counts) == 1:
        return sum(times * (times - 1) // 2 for times in counts[0].values())
    return sum(times * counts[1][entity] for entity, times in counts[0].items())


def _predict(tables: list[Any], setup: Setup) -> Any:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    linking = len(tables) > 1
    settings = SettingsCreator(
        link_type="link_only" if linking else "dedupe_only",
        unique_id_column_name="rec_id",
        comparisons=_comparisons(setup),
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in _BLOCKS],
    )
    database = DuckDBAPI()
    registered = [database.register(table) for table in tables]
    linker = Linker(registered if linking else registered[0], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "date_of_birth")], recall=_RECALL_GUESS
    )
    training.estimate_u_using_random_sampling(max_pairs=_MOST_RANDOM_PAIRS, seed=_SEED)
    training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))
    return linker.inference.predict(threshold_match_weight=_LEAST_BITS).as_pandas_dataframe()


def _comparisons(setup: Setup) -> list[Any]:
    import splink.comparison_library as cl  # noqa: PLC0415

    if setup is Setup.STOCK:
        names = [cl.NameComparison("given_name"), cl.NameComparison("surname")]
        exact = [cl.ExactMatch(name) for name in ("postcode", "street_number", "suburb", "state")]
        date = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
        return [*names, date, *exact, cl.LevenshteinAtThresholds("address_1")]
    common = {"term_frequency_adjustments": True}
    return [
        cl.NameComparison("given_name").configure(**common),
        cl.NameComparison("surname").configure(**common),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        cl.ExactMatch("street_number").configure(**common),
        *(cl.JaroWinklerAtThresholds(name, [0.9, 0.7]) for name in ("address_1", "address_2", "suburb")),
        cl.ExactMatch("state"),
    ]


_BLOCKS = (
    ("date_of_birth",),
    ("postcode",),
    ("suburb",),
    ("address_1",),
    ("address_2",),
    ("given_name", "surname"),
    ("state", "given_name"),
    ("state", "surname"),
    ("street_number", "given_name"),
    ("street_number", "surname"),
)
"""As many pairs as the router compares, so that neither side loses by what it did not look at."""
