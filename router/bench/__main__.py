"""Runs the measurement, prints it, and writes it to a file."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from router.bench.matching import matching
from router.bench.plan import FULL, QUICK, run
from router.bench.report import as_json, show
from router.bench.serving import BenchError


def main() -> None:
    """Run ``python -m router.bench``."""
    arguments = _arguments()
    scale = QUICK if arguments.quick else FULL
    console = Console(highlight=False, width=140)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="router-bench-") as folder, console.status("") as status:
        try:
            outcome = run(scale, Path(folder), status.update)
        except BenchError as fault:
            sys.exit(f"bench: {fault}")
    content = as_json(outcome, scale, time.monotonic() - started)
    show(outcome, scale, console)
    if not arguments.quick:
        with console.status("") as status:
            content["matching"] = matching(console, status.update)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(content, indent=1) + "\n")
    console.print(f"  All figures: {arguments.out}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m router.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works; no figures to quote")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"), help="the file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
