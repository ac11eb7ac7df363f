"""Which files make a pack: each that must be there, none besides, read from its folder, named by their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.rules.loader import build_pack, digest_of, load_pack
from router.rules.yamlfile import MOST_BYTES, PackError
from tests.support.small_pack import CLINIC, faults_of, files


@pytest.mark.parametrize(
    "name", ["pack.yaml", "facts.yaml", "sources.yaml", "boards.yaml", "lead.yaml", "letters.yaml"]
)
def test_a_missing_file_is_found(name: str) -> None:
    """Each single file must be there."""
    texts = {one: text for one, text in files().items() if one != name}
    assert faults_of(texts) == [f"{name}: is missing"]


@pytest.mark.parametrize("name", ["other.yaml", "services/more/x.yaml", "servces/clinic.yaml"])
def test_a_file_that_no_pack_has_is_found(name: str) -> None:
    """A rule in a misspelt folder is never passed over in silence."""
    assert faults_of({**files(), name: "a: 1"}) == [
        f"{name}: is not a file of a pack; see the list in docs/rule-language.md"
    ]


def test_a_file_that_is_not_text_or_too_large_is_found() -> None:
    """Told by name, whatever else is wrong."""
    raw = {name: text.encode() for name, text in files().items()}
    with pytest.raises(PackError, match="not UTF-8") as caught:
        build_pack({**raw, CLINIC: b"\xff\xfe"})
    assert [fault.file for fault in caught.value.faults] == [CLINIC]
    with pytest.raises(PackError, match="larger than"):
        build_pack({**raw, CLINIC: raw[CLINIC] + b"# " + b"x" * MOST_BYTES})


def test_a_pack_is_loaded_from_its_folder_and_named_by_its_bytes(tmp_path: Path) -> None:
    """The digest changes with any byte and with any name, and with nothing else."""
    texts = files()
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    pack = load_pack(tmp_path)
    raw = {name: text.encode() for name, text in texts.items()}
    assert pack.digest == digest_of(raw) == digest_of(dict(reversed(raw.items())))
    assert dict(pack.files) == raw
    assert digest_of({**raw, CLINIC: raw[CLINIC] + b"\n"}) != pack.digest
    moved = {("services/x.yaml" if name == CLINIC else name): content for name, content in raw.items()}
    assert digest_of(moved) != pack.digest


def test_a_folder_that_is_none_or_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A pack is read from inside its own folder only."""
    with pytest.raises(PackError, match="is not a folder"):
        load_pack(tmp_path / "nowhere")
    (tmp_path / "pack").mkdir()
    (tmp_path / "secret.yaml").write_text("a: 1")
    (tmp_path / "pack" / "facts.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(PackError, match="leads outside the pack's folder"):
        load_pack(tmp_path / "pack")
