"""The compose file: what it promises of its containers, and the very same commands without containers."""

import os
import re
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml

from tests.postgres_for_tests import make_database
from tests.reliability.processes import ROOT, Process, wait_until

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("migrate", "api", "worker")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_no_privileges_and_bounded_resources(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith(("0", "root"))
    assert {"pids_limit", "mem_limit", "cpus"} <= set(service)
    assert "privileged" not in service
    assert all(":" not in port or port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_secrets_come_from_files_and_never_from_the_environment():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|PEPPER|SECRET|URL", name) or name.endswith(("_FILE", "_DIR")), (name, value)
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert {source for name in SERVICES for source in secrets_of(name)} == set(COMPOSE["secrets"])


def secrets_of(name):
    """Secrets of a service: where each stands in its folder."""
    given = SERVICES[name].get("secrets", ())
    return {each["source"]: each["target"] for each in given if isinstance(each, dict)} | {
        each: each for each in given if isinstance(each, str)
    }


def test_only_the_migration_has_the_owner_and_nobody_the_administrator():
    assert secrets_of("db").keys() == {"database_password", "owner_password", "service_password"}
    assert secrets_of("migrate") == {"owner_url": "database_url", "allocator_pepper": "allocator_pepper"}
    for name in ("api", "worker"):
        assert secrets_of(name).keys() == {"database_url", "allocator_pepper"}
    assert SERVICES["migrate"]["command"] == ["migrate", "--grant-to", "allocator_service"]
    assert SERVICES["db"]["environment"]["POSTGRES_USER"] == "postgres"
    (script,) = [each for each in SERVICES["db"]["volumes"] if each.startswith("./")]
    source, target, mode = script.split(":")
    assert ((ROOT / source).is_file(), target, mode) == (True, "/docker-entrypoint-initdb.d/make-logins.sql", "ro")


def test_services_that_stay_are_watched_and_start_in_order():
    assert {name for name in SERVICES if "healthcheck" in SERVICES[name]} == {"db", "api", "worker"}
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert "container_name" not in SERVICES["worker"], "workers are many"


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in lines
    last_stage = lines.rsplit("\nFROM ", 1)[1]
    assert "USER 10001:10001" in last_stage
    copied = set(re.findall(r"^COPY (\w+) \w+$", lines, re.MULTILINE))
    assert copied == {"allocator", "geodata", "seeds", "maps", "service"}


def test_the_commands_of_the_services_work_together_without_containers(server, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    made = make_database(server.handle.get_uri("postgres"), "composed")
    (secrets / "database_url").write_text(made.service + "\n")
    (secrets / "allocator_pepper").write_text("a pepper of the tests\n")
    environment = {
        **{name: str(value) for name, value in SERVICES["api"]["environment"].items()},
        "ALLOCATOR_SECRETS_DIR": str(secrets),
        "ALLOCATOR_DATA_DIR": str(tmp_path / "data"),
        "ALLOCATOR_HOST": "127.0.0.1",
        "ALLOCATOR_PORT": "0",
        "ALLOCATOR_DEMO_TIME_LIMIT_S": "60",
    }
    early = Process(tmp_path, *SERVICES["api"]["command"], **environment)
    assert early.process.wait(120) == 2
    assert "allocator migrate" in early.log
    (secrets / "database_url").write_text(made.owner + "\n")
    command = [made.login if each == "allocator_service" else each for each in SERVICES["migrate"]["command"]]
    migrate = Process(tmp_path, *command, **environment)
    assert migrate.process.wait(180) == 0, migrate.log
    (secrets / "database_url").write_text(made.service + "\n")
    api = Process(tmp_path, *SERVICES["api"]["command"], **environment)
    workers = [Process(tmp_path, *SERVICES["worker"]["command"], **environment) for _ in range(2)]
    try:
        address = api.wait_for("http://")
        assert httpx.get(f"{address}/healthz").status_code == 200
        wait_until(lambda: httpx.get(f"{address}/readyz").json() == {"status": "ok", "workers": 2}, lambda: api.log)
        with psycopg.connect(made.owner, autocommit=True) as connection:
            wait_until(
                lambda: connection.execute("SELECT state FROM allocator.run").fetchone()[0] == "succeeded",
                lambda: workers[0].log[-3000:],
            )
        assert [each.end() for each in (*workers, api)] == [0, 0, 0]
        # the fork server of a worker ends when it finds its pipe closed, a moment after the worker itself
        wait_until(lambda: not [each for each in Path("/proc").iterdir() if orphan_of(each, workers)])
    finally:
        for each in (*workers, api):
            each.kill()


def orphan_of(entry: Path, workers) -> bool:
    """Whether a process still runs in the session of a worker that has ended."""
    if not entry.name.isdigit():
        return False
    try:
        return os.getsid(int(entry.name)) in {worker.pid for worker in workers}
    except ProcessLookupError:
        return False
