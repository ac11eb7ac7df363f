"""Files made to hurt are refused, within set processor time and memory: all are read in one child that has limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from router.rules.loader import MOST_FILES
from tests.support.small_pack import files

CPU_SECONDS = 40
MEMORY_BYTES = 1_500_000_000
CHILD = """
import json, resource, sys
from pathlib import Path
from router.rules.loader import load_pack
from router.rules.yamlfile import PackError
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), int(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
told = {}
for folder in map(Path, sys.argv[3:]):
    try:
        load_pack(folder)
        told[folder.name] = ["loaded"]
    except PackError as error:
        told[folder.name] = [str(one) for one in error.faults]
print(json.dumps(told))
"""

CRITERION = '  c{n}: {{label: "c", when: {{fact: level, is: mild}}, source: book}}\n'


def _laughs() -> str:
    lines = ['a: &a ["lol"]']
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(9)]
    return "\n".join(lines) + "\n"


def _clinic(*, criteria: str = "", eligible: str = "") -> str:
    clinic = files()["services/clinic.yaml"]
    return clinic.replace("criteria:\n", f"criteria:\n{criteria}").replace(
        "{all: [young, ill]}", eligible or "{all: [ill]}"
    )


def _many_criteria() -> str:
    names = [f"c{n}" for n in range(1_200)]
    criteria = "".join(CRITERION.format(n=n) for n in range(1_200))
    return _clinic(criteria=criteria, eligible=f"{{any: [{', '.join(names)}]}}")


def _ten_thousand_criteria() -> str:
    return "criteria:\n" + "".join(f"  c{n}: {{}}\n" for n in range(10_000))


def _unknown_names() -> str:
    return _clinic(eligible="{all: [young, ill], any: [" + ", ".join(f"yuong{n}" for n in range(9_000)) + "]}")


def _deep_formula(levels: int) -> str:
    formula = "{any: [ill, young]}"
    for _ in range(levels):
        formula = f"{{all: [{formula}, ill]}}"
    return _clinic(eligible=formula)


def _wide_formula() -> str:
    six = "{any: [" + ", ".join(f"{{all: [c{n}, c{n + 6}]}}" for n in range(6)) + "]}"
    criteria = "".join(CRITERION.format(n=n) for n in range(12))
    return _clinic(criteria=criteria, eligible=f"{{all: [young, ill, {', '.join([six] * 600)}]}}")


def _product() -> str:
    """Twelve pairs: 4,096 ways to be met."""
    criteria = "".join(CRITERION.format(n=n) for n in range(22))
    pairs = ", ".join(f"{{any: [c{n}, c{n + 11}]}}" for n in range(11))
    return _clinic(criteria=criteria, eligible=f"{{all: [{{any: [young, ill]}}, {pairs}]}}")


TEXTS: dict[str, tuple[str, Callable[[], str], str]] = {
    "billion-laughs": ("letters.yaml", _laughs, "letters.yaml:1:4: uses an anchor or alias"),
    "merge-bomb": ("letters.yaml", lambda: "a: &x {b: 1}\n<<: *x\n", "letters.yaml:1:4: uses an anchor or alias"),
    "deep-lists": ("letters.yaml", lambda: "[" * 100_000, "letters.yaml:1:13: nests deeper than 12 levels"),
    "deep-keys": ("letters.yaml", lambda: "{a: " * 60_000, "nests deeper than 12 levels"),
    "deep-dashes": ("letters.yaml", lambda: "- " * 100_000 + "x", "nests deeper than 12 levels"),
    "deep-formula": (
        "services/clinic.yaml",
        lambda: _deep_formula(1_000),
        "services/clinic.yaml:16:57: nests deeper than 12 levels",
    ),
    "nul": (
        "letters.yaml",
        lambda: 'parent: {a: "x\0y"}\n',
        "letters.yaml: is not YAML: it has a character that no text has",
    ),
    "escaped-nul": ("pack.yaml", lambda: 'pack: "sm\\0all"\n', "pack.yaml:1:7: has a character that cannot be printed"),
    "half-a-pair": ("pack.yaml", lambda: 'pack: "\\uD800"\n', "pack.yaml:1:7: has a character that cannot be printed"),
    "nul-in-a-key": ("pack.yaml", lambda: '"pa\\0ck": small\n', "pack.yaml:1:1: has a key that is not plain text"),
    "huge-int": ("pack.yaml", lambda: f"pack: {'9' * 200_000}\n", f"pack.yaml:1:7: has the value '{'9' * 60}...'"),
    "large-int": (
        "pack.yaml",
        lambda: f"pack: {10**9 + 1}\n",
        "pack.yaml:1:7: has the value '1000000001', which is not",
    ),
    "hex": ("pack.yaml", lambda: f"pack: 0x{'f' * 200_000}\n", "pack.yaml:1:7: has the value '0x"),
    "float": ("pack.yaml", lambda: "pack: 1e999999999\n", "pack.yaml:1:7: has the value '1e999999999'"),
    "not-a-number": ("pack.yaml", lambda: "pack: .nan\n", "pack.yaml:1:7: has the value '.nan'"),
    "python-tag": (
        "pack.yaml",
        lambda: 'pack: !!python/object/apply:os.system ["true"]\n',
        "pack.yaml:1:7: has a tag; write the value out, without '!'",
    ),
    "include": ("pack.yaml", lambda: "pack: !include /etc/passwd\n", "pack.yaml:1:7: has the value '/etc/passwd'"),
    "many-values": ("letters.yaml", lambda: f"a: [{'1,' * 100_000}1]\n", "has more than 20000 parts; split it"),
    "many-keys": ("letters.yaml", lambda: "".join(f"k{n}: 1\n" for n in range(21_000)), "has more than 20000 parts"),
    "many-criteria": ("services/clinic.yaml", _many_criteria, "has 1202 criteria; at most 24 are allowed"),
    "ten-thousand-criteria": ("services/clinic.yaml", _ten_thousand_criteria, "lacks 'label'"),
    "many-unknown-names": (
        "services/clinic.yaml",
        _unknown_names,
        "is not a criterion of this rule; did you mean 'young'?",
    ),
    "wide-formula": ("services/clinic.yaml", _wide_formula, "names criteria more than 100 times; say it more simply"),
    "product": ("services/clinic.yaml", _product, "can be met or missed in more than 48 ways"),
    "regular-expression": ("pack.yaml", lambda: f"pack: {'a' * 60_000}-!\n", "pack.yaml:1:1: has 'aaaa"),
    "too-large": ("letters.yaml", lambda: "# " + "x" * 300_000, "letters.yaml: is larger than 262144 bytes; split it"),
}


def _sparse(folder: Path) -> None:
    with (folder / "letters.yaml").open("wb") as file:
        file.truncate(1 << 30)


def _link_outside(folder: Path) -> None:
    (folder / "letters.yaml").unlink()
    (folder / "letters.yaml").symlink_to("/etc/hostname")


def _link_to_itself(folder: Path) -> None:
    (folder / "letters.yaml").unlink()
    (folder / "letters.yaml").symlink_to(folder / "letters.yaml")


def _linked_folder(folder: Path) -> None:
    """Put a folder from elsewhere in the place of the services; its files are not followed."""
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "clinic.yaml").write_text("service: clinic\n")
    (folder / "boards").symlink_to(elsewhere)


def _pipe(folder: Path) -> None:
    (folder / "letters.yaml").unlink()
    os.mkfifo(folder / "letters.yaml")


def _a_folder(folder: Path) -> None:
    (folder / "letters.yaml").unlink()
    (folder / "letters.yaml").mkdir()


def _many_files(folder: Path) -> None:
    for number in range(MOST_FILES + 1):
        (folder / "services" / f"s{number}.yaml").touch()


PLANTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "sparse-gigabyte": (_sparse, "letters.yaml: is larger than 262144 bytes; split it"),
    "link-outside": (_link_outside, "letters.yaml: leads outside the pack's folder; copy the file into it"),
    "link-to-itself": (_link_to_itself, "letters.yaml: leads outside the pack's folder; copy the file into it"),
    "linked-folder": (_linked_folder, "loaded"),
    "pipe": (_pipe, "letters.yaml: is not a plain file"),
    "folder-for-a-file": (_a_folder, "letters.yaml: "),
    "many-files": (_many_files, "is too large for a pack: at most 500 files"),
}


def planted(root: Path, name: str) -> Path:
    """Return the folder of the small pack with one hostile thing in it."""
    folder = root / name
    for file, text in files().items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    if name in TEXTS:
        file, make, _ = TEXTS[name]
        (folder / file).write_bytes(make().encode())
    else:
        PLANTS[name][0](folder)
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return what a child with little time and memory says of each; one that it does not survive is not told of."""
    root = tmp_path_factory.mktemp("hostile")
    folders = [str(planted(root, name)) for name in (*TEXTS, *PLANTS)]
    limits = [str(CPU_SECONDS), str(MEMORY_BYTES)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *limits, *folders], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("name", [*TEXTS, *PLANTS])
def test_a_hostile_file_is_refused_in_a_few_words(told: dict[str, list[str]], name: str) -> None:
    """It says what is wrong and where, and does not repeat the whole of it."""
    expected = TEXTS[name][2] if name in TEXTS else PLANTS[name][1]
    assert expected in "\n".join(told[name])
    assert len(told[name]) <= 400
    assert all(len(fault) < 500 for fault in told[name])
