"""Counting the deaths of processes against what they were evaluating; the same for every store."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from router.store.tables import suspect


def count_death(connection: Connection, digest: bytes, died: str, now: int) -> int:
    """Count a process's death against a suspect, and return how many were counted; 0 when it was counted last."""
    last = connection.execute(
        select(suspect.c.deaths, suspect.c.last_died).where(suspect.c.digest == digest)
    ).one_or_none()
    if last is None:
        new = insert(suspect).values(digest=digest, deaths=1, first_at=now, last_at=now, last_died=died)
        connection.execute(new)
        return 1
    if last.last_died == died:
        return 0
    deaths: int = last.deaths + 1
    changed = update(suspect).where(suspect.c.digest == digest)
    connection.execute(changed.values(deaths=deaths, last_at=now, last_died=died))
    return deaths
