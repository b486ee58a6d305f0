"""Measure a newcomer's start: `allocator serve` on an empty folder until the demo plan stands on the page, and Ctrl-C.

    python -m tests.reliability.measure_start [--times 3]

A measurement, no test: it needs a machine without other work.
"""

import argparse
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 900


def waited(ready, began: float) -> float:
    """Seconds from the beginning until something is ready."""
    while not ready():
        if time.monotonic() - began > PATIENCE_S:
            raise SystemExit("it took too long")
        time.sleep(0.05)
    return round(time.monotonic() - began, 1)


def measured(folder: Path) -> dict[str, object]:
    """One start: seconds until each thing is there."""
    out, log = folder / "out.txt", folder / "log.txt"
    command = [sys.executable, "-m", "service.cli", "serve", "--data-dir", str(folder / "data"), "--port", "0"]
    began = time.monotonic()
    with out.open("wb") as said, log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=said, stderr=errors, cwd=ROOT)
    try:
        address_s = waited(lambda: "kept in" in out.read_text("utf-8"), began)
        address, key = re.findall(r"(http://\S+)|first-use key: (\S+)", out.read_text("utf-8"))
        with httpx.Client(base_url=address[0], timeout=60, follow_redirects=True) as browser:
            page = browser.post("/pages/sign-in", data={"key": key[1]}).text
            inbox_s = round(time.monotonic() - began, 1)
            said_so = "正在测算示范方案" in page
            plan_s = waited(lambda: 'href="/pages/plans/p-' in browser.get("/pages/inbox").text, began)
            place = re.search(r'href="(/pages/plans/p-[0-9a-f]+)"', browser.get("/pages/inbox").text)[1]
            shown = browser.get(place)
            shown_s = round(time.monotonic() - began, 1)
            run = browser.get("/api/v1/runs", headers={"X-API-Key": key[1]}).json()["items"][0]
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
        stopped_s = round(time.monotonic() - asked, 1)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
    return {
        "address_s": address_s,
        "inbox_s": inbox_s,
        "inbox_says_that_it_solves": said_so,
        "plan_s": plan_s,
        "plan_shown_s": shown_s,
        "plan_status": shown.status_code,
        "ctrl_c_s": stopped_s,
        "phases": {each["phase"]: each["seconds"] for each in (run["progress"] or {}).get("phases", ())},
    }


def main() -> None:
    """Print every start and the medians as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    found = []
    for _ in range(parser.parse_args().times):
        with tempfile.TemporaryDirectory(prefix="allocator-start-", ignore_cleanup_errors=True) as name:
            Path(name).chmod(0o755)
            found.append(measured(Path(name)))
            print(json.dumps(found[-1]), flush=True)
    names = ("address_s", "inbox_s", "plan_shown_s", "ctrl_c_s")
    print(json.dumps({"median": {name: statistics.median(each[name] for each in found) for name in names}}))


if __name__ == "__main__":
    main()
