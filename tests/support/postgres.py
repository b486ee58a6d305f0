"""A PostgreSQL of the machine in a folder of its own, beside the one of the wheel; and databases with two logins."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.database import embedded
from service.operations.backup import _program
from tests.reliability.processes import ROOT

MAKE_LOGINS = ROOT / "tools" / "make-logins.sql"


class MachineServer:
    """The PostgreSQL that the distribution has, on a socket alone, with files that nothing else uses."""

    def __init__(self, programs: Path | None = None) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if programs is None and not found:
            pytest.skip("no PostgreSQL of the distribution: apt-get install postgresql (see tools/system-parts)")
        self.programs = programs or found[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="allocator-pg-machine-"))
        embedded._make_system_user()
        self._run_as = {"user": embedded.SYSTEM_USER} if os.geteuid() == 0 else {}
        if self._run_as:
            shutil.chown(self.folder, embedded.SYSTEM_USER)
        self.folder.chmod(0o755)
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it."""
        options = f"-h '' -k {self.folder} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def url(self, database: str = "postgres", login: str = "postgres") -> str:
        """Address of a database for a login."""
        return f"postgresql://{login}:@/{database}?host={self.folder}"

    def end(self) -> None:
        """Stop it and remove its files."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        with tempfile.TemporaryFile("w+") as said:  # the server keeps it open, so it is no pipe
            code = subprocess.run(command, stdout=said, stderr=said, check=False, cwd="/", **self._run_as).returncode
            said.seek(0)
            assert code == 0, said.read()


@dataclass(frozen=True)
class Made:
    """A database that an administrator made by tools/make-logins.sql: addresses of its owner and of the service."""

    owner: str
    service: str
    login: str


def make_database(administrator: str, name: str) -> Made:
    """An empty database with its two logins."""
    passwords = ["--set=owner_password=one of the tests", "--set=service_password=another of the tests"]
    command = [_program("psql"), administrator, "--no-psqlrc", "--quiet", f"--set=database={name}", *passwords]
    made = subprocess.run([*command, f"--file={MAKE_LOGINS}"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    host = administrator.partition("?")[2]
    return Made(
        f"postgresql://{name}_owner:@/{name}?{host}", f"postgresql://{name}_service:@/{name}?{host}", f"{name}_service"
    )
