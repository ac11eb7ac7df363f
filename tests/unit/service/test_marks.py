"""Marks tell what a process was evaluating when it died, and never that of one that lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from router.service.marks import Left, Marks

ONE, OTHER = b"1" * 32, b"2" * 32
_CHILD = """
import sys
from pathlib import Path
from router.service.marks import Marks

marks = Marks(Path(sys.argv[1]))
with marks.marked(b"1" * 32):
    print(marks.process, flush=True)
    sys.stdin.read()
"""


def die(marks: Marks) -> None:
    """Let go of what a process lets go of when it dies."""
    marks._map.close()
    os.close(marks._file)


def dead_with(folder: Path, mark: bytes) -> str:
    """Leave the mark of a process that died at it, and return the process's name."""
    marks = Marks(folder)
    marks._map[:] = mark
    die(marks)
    return marks.process


def files(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_the_mark_of_a_killed_process_is_left(tmp_path: Path) -> None:
    """It is not while the process lives, it is once the process was killed, and it is gone once it was looked at."""
    ours = Marks(tmp_path)
    command = [sys.executable, "-c", _CHILD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        name = child.stdout.readline().decode().strip()
        assert list(ours.left()) == []
        child.kill()
        child.wait()
    assert list(ours.left()) == [Left(name, ONE)]
    assert list(ours.left()) == []
    assert files(tmp_path) == [f"{ours.process}.mark"]
    ours.close()


def test_who_dies_outside_an_evaluation_leaves_no_mark(tmp_path: Path) -> None:
    """The file of such a process is taken away in silence; so is that of one that ends in peace, by itself."""
    ours, dead, peaceful = Marks(tmp_path), Marks(tmp_path), Marks(tmp_path)
    with dead.marked(ONE):
        pass
    die(dead)
    peaceful.close()
    assert len(files(tmp_path)) == 2
    assert list(ours.left()) == []
    assert files(tmp_path) == [f"{ours.process}.mark"]
    ours.close()
    assert files(tmp_path) == []


def test_a_mark_stays_until_it_was_dealt_with(tmp_path: Path) -> None:
    """Whoever dies between finding a mark and having counted it loses nothing."""
    name = dead_with(tmp_path, ONE)
    ours = Marks(tmp_path)
    going = ours.left()
    assert next(going) == Left(name, ONE)
    going.close()
    assert list(ours.left()) == [Left(name, ONE)]
    ours.close()


def test_a_mark_is_gone_through_by_one_at_a_time(tmp_path: Path) -> None:
    """While one deals with it the next passes it by, and finds nothing afterwards."""
    name = dead_with(tmp_path, ONE)
    first, second = Marks(tmp_path), Marks(tmp_path)
    going = first.left()
    assert next(going) == Left(name, ONE)
    assert list(second.left()) == []
    assert next(going, None) is None
    assert list(second.left()) == []
    first.close()
    second.close()


def test_the_mark_of_a_dead_sibling_is_seen_at_once(tmp_path: Path) -> None:
    """Before anybody has counted the death; another mark is not its own; gone once it was dealt with."""
    ours = Marks(tmp_path)
    dead_with(tmp_path, ONE)
    ours.look_round()
    assert ours.is_held_elsewhere(ONE)
    assert not ours.is_held_elsewhere(OTHER)
    assert len(list(ours.left())) == 1
    assert not ours.is_held_elsewhere(ONE)
    ours.look_round()
    assert not ours._others
    ours.close()


def test_who_meets_a_living_siblings_mark_waits(tmp_path: Path) -> None:
    """Until the sibling is done, or dies; one that is never done is taken for stuck."""
    sibling = Marks(tmp_path)
    looks = []

    def pause(_: float) -> None:
        looks.append(1)
        if len(looks) == 3:
            sibling._map[:] = OTHER

    ours = Marks(tmp_path, pause=pause)
    ours.look_round()
    sibling._map[:] = ONE
    assert not ours.is_held_elsewhere(ONE)
    assert len(looks) == 3
    assert ours.is_held_elsewhere(OTHER)
    die(sibling)
    before = len(looks)
    assert ours.is_held_elsewhere(OTHER)
    assert len(looks) == before
    ours.close()
