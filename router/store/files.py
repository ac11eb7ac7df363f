"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def put_in_place(finished: Path, target: Path) -> None:
    """Give a finished file its name, unless the name is taken: then ``FileExistsError``.

    A link rather than a rename, which would replace; so of two processes that begin at once, one makes the file and
    the other finds it whole.
    """
    os.link(finished, target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
