"""PostgreSQL servers of the tests: the one of the wheel, or that of any programs; and databases with two logins."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.database import embedded
from service.operations.backup import _program

MAKE_LOGINS = Path(__file__).resolve().parents[2] / "tools" / "make-logins.sql"

PROGRAMS = "TEST_POSTGRES_PROGRAMS"
"""Environment variable that names the folder of the server's programs; without it the tests run on the wheel's."""


class MachineServer:
    """A PostgreSQL of given programs (default: those of the distribution), on a socket alone, with files of its own."""

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
        """Start it; also after a crash."""
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", f"-h '' -k {self.folder}", "start")

    def url(self, database: str = "postgres", login: str = "postgres") -> str:
        """Return the address of a database for a login."""
        return f"postgresql://{login}:@/{database}?host={self.folder}"

    def crash(self) -> None:
        """Stop it without a checkpoint, so that its next start recovers."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def end(self) -> None:
        """Stop it and remove its files."""
        self.crash()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        with tempfile.TemporaryFile("w+") as said:  # the server keeps it open, so it is no pipe
            code = subprocess.run(command, stdout=said, stderr=said, check=False, cwd="/", **self._run_as).returncode
            said.seek(0)
            assert code == 0, said.read()


class WheelServer:
    """The PostgreSQL of the wheel, started as the service starts it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="allocator-pg-"))
        self.folder.chmod(0o755)
        self._handle = embedded.start(self.folder)

    @property
    def programs(self) -> Path:
        """Return the folder of the server's programs."""
        return Path(self._handle.bin_path)

    def start(self) -> None:
        """Start it after a crash."""
        embedded.run(self._handle)

    def url(self, database: str = "postgres", login: str = "postgres") -> str:
        """Return the address of a database for a login."""
        return str(self._handle.get_postmaster_info().get_uri(user=login, database=database))

    def crash(self) -> None:
        """Stop it without a checkpoint, so that its next start recovers."""
        stop = [self.programs / "pg_ctl", "-D", self.folder / "postgres", "-m", "immediate", "-w", "stop"]
        run_as = {"user": embedded.SYSTEM_USER} if os.geteuid() == 0 else {}
        subprocess.run(stop, check=True, capture_output=True, cwd="/", **run_as)

    def end(self) -> None:
        """Stop it and remove its files."""
        embedded.stop(self._handle)
        shutil.rmtree(self.folder, ignore_errors=True)


def chosen_server() -> MachineServer | WheelServer:
    """Start the server that the environment chooses."""
    programs = os.environ.get(PROGRAMS)
    return MachineServer(Path(programs)) if programs else WheelServer()


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
