"""What is near to a misspelt key, and to a folder that is no pack, is suggested."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.rules.loader import load_pack
from router.rules.schema import CasesFile, PathwayFile, ServiceFile, keys_at
from router.rules.yamlfile import PackError
from tests.support.small_pack import build, files


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("at_least: mild", "at_lest: mild", "has a key 'at_lest' that is not known here; did you mean 'at_least'?"),
        ("service: clinic", "servce: clinic", "has a key 'servce' that is not known here; did you mean 'service'?"),
        ("tier: 1\n", "tier: 1\nxyzzy: 1\n", "has a key 'xyzzy' that is not known here; check its spelling"),
    ],
)
def test_the_nearest_key_is_suggested(old: str, new: str, hint: str) -> None:
    """Of the keys that may stand there; where none is near, the spelling is to be checked."""
    texts = files()
    texts["services/clinic.yaml"] = texts["services/clinic.yaml"].replace(old, new)
    with pytest.raises(PackError) as caught:
        build(texts)
    assert hint in [fault.message for fault in caught.value.faults]


def test_keys_are_those_of_the_part() -> None:
    """In lists, under names of the author's own, and in combinations within others; as they are written."""
    assert "lead" in keys_at(CasesFile, ("cases", 0, "expect"))
    assert "from" in keys_at(PathwayFile, ("moves", "to-clinic"))
    assert keys_at(ServiceFile, ("eligible_when", "all", 0, "Combination")) == ["all", "any", "none"]
    assert "is" in keys_at(ServiceFile, ("criteria", "ill", "when"))


def test_the_folder_above_a_pack_is_told_in_one_fault(tmp_path: Path) -> None:
    """The pack within it is suggested, and nothing else is said."""
    inner = tmp_path / "rules" / "small"
    for name, text in files().items():
        path = inner / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    load_pack(inner)
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path / "rules")
    assert [str(fault) for fault in caught.value.faults] == [
        f"{tmp_path / 'rules'}: is not a pack; did you mean {inner}?"
    ]
