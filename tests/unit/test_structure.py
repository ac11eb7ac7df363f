"""The shape of the project itself: imports point one way, and generated code is what the contract says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_point_one_way() -> None:
    """The core knows nothing of the shell; matching and rules nothing of each other; adapters only the contract."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(
        [*command, "--config", "pyproject.toml", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_core_reads_no_clock_and_no_file() -> None:
    """Time enters as an argument: nothing below the service asks for the time, opens a file to write, or logs."""
    forbidden = ("datetime.now(", "time.time(", "date.today(", "utcnow(", "print(", "import logging", "structlog")
    for package in ("model", "matching", "rules", "routing"):
        for module in (ROOT / "router" / package).rglob("*.py"):
            text = module.read_text()
            assert not [word for word in forbidden if word in text], module


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    """``make proto`` would change nothing."""
    sys.path.insert(0, str(ROOT / "proto"))
    try:
        import generate  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    generate.generate(tmp_path)
    made = sorted((tmp_path / "router" / "v1").glob("*.py*"))
    assert made
    for module in made:
        assert module.read_text() == (ROOT / "router" / "v1" / module.name).read_text(), module.name


def test_locks_hold_hashes_and_no_addresses() -> None:
    """Dependencies are locked by version and hash, with no index address."""
    for name in ("requirements.lock", "requirements-build.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text
