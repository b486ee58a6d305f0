"""The compose file: what it promises of its containers, and the very same commands without containers."""

import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml

from allocator.solving.solve import entrants
from service.settings import load_settings
from tests.reliability.processes import ROOT, Process, wait_until
from tests.support.postgres import make_database

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("migrate", "api", "worker")
NETWORKS = COMPOSE["networks"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DIGEST = "sha256:" + "5" * 64


def bytes_of(size):
    """Bytes of a size as compose writes it."""
    return int(size[:-1]) * {"m": 1 << 20, "g": 1 << 30}[size[-1]]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_no_privileges_and_bounded_resources(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith(("0", "root"))
    assert {"pids_limit", "mem_limit", "cpus"} <= set(service)
    assert "privileged" not in service
    assert service["init"] is True
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
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
    assert "/readyz" in SERVICES["api"]["healthcheck"]["test"][-1]
    assert SERVICES["worker"]["healthcheck"]["test"] == ["CMD", "allocator", *SERVICES["worker"]["command"], "--health"]


def test_only_the_api_is_reached_from_outside_and_only_it_has_a_way_out():
    assert {name: service["networks"] for name, service in SERVICES.items()} == {
        "db": ["data"],
        "migrate": ["data"],
        "worker": ["data"],
        "api": ["front", "data"],
    }
    assert {name for name, network in NETWORKS.items() if network.get("internal")} == {"data"}
    assert {name for name in SERVICES if SERVICES[name].get("ports")} == {"api"}


def test_the_proxy_on_the_machine_is_believed_and_cookies_are_sent_by_https_alone():
    (front,) = NETWORKS["front"]["ipam"]["config"]
    assert ip_address(front["gateway"]) in ip_network(front["subnet"])
    told = SERVICES["api"]["environment"]
    assert told["ALLOCATOR_TRUSTED_PROXIES"] == front["gateway"]
    assert load_settings(secure_cookies=told["ALLOCATOR_SECURE_COOKIES"]).secure_cookies is True


def test_what_solvers_may_take_lies_within_the_container():
    worker = SERVICES["worker"]
    told = worker["environment"]
    settings = load_settings(
        solver_threads=told["ALLOCATOR_SOLVER_THREADS"], solver_memory_mb=told["ALLOCATOR_SOLVER_MEMORY_MB"]
    )
    assert settings.solver_threads == worker["cpus"]
    at_a_time = settings.worker_concurrency * max(len(entrants("exact", 1)[0]), settings.solver_threads)
    (scratch,) = (re.search(r"size=(\w+)", each)[1] for each in worker["tmpfs"])
    taken = at_a_time * (settings.solver_memory_mb << 20) + bytes_of(scratch)
    assert taken + (1 << 30) <= bytes_of(worker["mem_limit"]), "the worker itself needs about 1 GiB"


def test_images_are_named_by_digests_that_somebody_looked_up(tmp_path):
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2 + [
        "build",
        "${PYTHON_IMAGE}",
    ]
    wanted = {SERVICES["db"]["image"], *SERVICES["api"]["build"]["args"].values()}
    assert wanted == {f"${{{name}:?run tools/pin-images}}" for name in ("PYTHON_IMAGE", "POSTGRES_IMAGE")}
    assert pinned(tmp_path, f"other@{DIGEST}", "python:3.11-slim", f"python@{DIGEST}", f"postgres@{DIGEST}") == {
        "PYTHON_IMAGE": f"python@{DIGEST}",
        "POSTGRES_IMAGE": f"postgres@{DIGEST}",
    }
    assert pinned(tmp_path, "python:3.11-slim", f"postgres@{DIGEST}") is None


def pinned(folder, *digests):
    """What tools/pin-images writes where docker knows these digests; None when it refuses."""
    shutil.rmtree(folder / "tools", ignore_errors=True)
    (folder / ".env").unlink(missing_ok=True)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools/pin-images", folder / "tools")
    docker = folder / "docker"
    docker.write_text("#!/bin/sh\n[ $1 = pull ] || printf '%s\\n' " + " ".join(digests) + "\n")
    docker.chmod(0o755)
    command, path = [str(folder / "tools/pin-images")], f"{folder}:{os.environ['PATH']}"
    ended = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)
    written = folder / ".env"
    assert written.exists() == (ended.returncode == 0), ended.stderr
    return dict(line.split("=") for line in written.read_text().splitlines()) if written.exists() else None


def test_the_image_runs_as_nobody_in_particular_and_installs_what_runs_by_hash():
    stages = dict(re.findall(r"^FROM \S+(?: AS (\w+))?\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))
    assert list(stages) == ["build", "run", "materials", ""]
    assert "--require-hashes -r requirements.lock" in stages["build"]
    assert "--require-hashes -r /requirements-run.lock" in stages["run"]
    assert re.findall(r"install .*", stages["run"]) == [
        "install --no-cache-dir --require-hashes -r /requirements-run.lock",
        "install --no-cache-dir --no-deps /wheel/*.whl",
    ]
    assert "venv --without-pip" in stages["run"]
    assert "USER 10001:10001" in stages[""]
    assert set(re.findall(r"^COPY --from=(\w+) (\S+)", stages[""], re.MULTILINE)) == {
        ("run", "/venv"),
        ("materials", "/materials"),
    }
    copied = set(re.findall(r"^COPY (\w+) \w+$", stages["build"], re.MULTILINE))
    assert copied == {"allocator", "geodata", "seeds", "maps", "service"}


def test_the_builder_is_sent_what_it_copies_and_nothing_else():
    first, *sent = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    copied = re.findall(r"^COPY ((?!--from)(?:\S+ )+)\S+$", DOCKERFILE, re.MULTILINE)
    assert first == "*"
    assert {each[1:] for each in sent if each.startswith("!")} == {name for line in copied for name in line.split()}


def test_the_commands_of_the_services_work_together_without_containers(server, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    made = make_database(server.url(), "composed")
    (secrets / "database_url").write_text(made.service + "\n")
    (secrets / "allocator_pepper").write_text("a pepper of the tests\n")
    environment = {
        **SERVICES["api"]["environment"],
        **SERVICES["worker"]["environment"],
        "ALLOCATOR_SECRETS_DIR": str(secrets),
        "ALLOCATOR_DATA_DIR": str(tmp_path / "data"),
        "ALLOCATOR_HOST": "127.0.0.1",
        "ALLOCATOR_PORT": "0",
        # as long as it takes to find a plan while others work on the machine, and the patience of the containers
        "ALLOCATOR_DEMO_TIME_LIMIT_S": "60",
        "ALLOCATOR_STALLED_AFTER_S": "20",
        "ALLOCATOR_SOLVER_NICENESS": "0",
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
    seen, over = set(), threading.Event()
    looking = threading.Thread(target=look_at_children, args=({each.pid for each in workers}, seen, over))
    looking.start()
    try:
        address = api.wait_for("http://")
        assert httpx.get(f"{address}/healthz").status_code == 200
        wait_until(lambda: httpx.get(f"{address}/readyz").json() == {"status": "ok", "workers": 2}, lambda: api.log)
        asked = SERVICES["api"]["healthcheck"]["test"][1:]
        asked[-1] = asked[-1].replace("http://127.0.0.1:8000", address)
        subprocess.run([sys.executable, *asked[1:]], check=True, timeout=60)
        health = SERVICES["worker"]["healthcheck"]["test"][2:]
        wait_until(lambda: Process(tmp_path, *health, **environment).process.wait(60) == 0, lambda: workers[0].log)
        with psycopg.connect(made.owner, autocommit=True) as connection:
            wait_until(
                lambda: connection.execute("SELECT state FROM allocator.run").fetchone()[0] == "succeeded",
                lambda: workers[0].log[-3000:],
            )
        assert int(environment["ALLOCATOR_SOLVER_MEMORY_MB"]) << 20 in seen
        assert [each.end() for each in workers] == [0, 0]
        assert Process(tmp_path, *health, **environment).process.wait(60) == 1, "no heartbeat, whatever runs"
        with pytest.raises(subprocess.CalledProcessError):
            subprocess.run([sys.executable, *asked[1:]], check=True, timeout=60, capture_output=True)
        assert api.end() == 0
        # the fork server of a worker ends when it finds its pipe closed, a moment after the worker itself
        wait_until(lambda: not [each for each in Path("/proc").iterdir() if orphan_of(each, workers)])
    finally:
        over.set()
        looking.join()
        for each in (*workers, api):
            each.kill()


def look_at_children(pids, seen, over) -> None:
    """Note the limits of address space of whatever these processes start, until it is over."""
    while not over.wait(0.2):
        seen |= address_spaces_below(pids)


def address_spaces_below(pids) -> set[int]:
    """Limits of address space of whatever these processes started."""
    above = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            above[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found = set()
    for pid in above:
        at = pid
        while at in above and at not in pids:
            at = above[at]
        if at in pids:
            with contextlib.suppress(OSError):
                found.add(resource.prlimit(pid, resource.RLIMIT_AS)[0])
    return found


def orphan_of(entry: Path, workers) -> bool:
    """Whether a process still runs in the session of a worker that has ended."""
    if not entry.name.isdigit():
        return False
    try:
        return os.getsid(int(entry.name)) in {worker.pid for worker in workers}
    except ProcessLookupError:
        return False
