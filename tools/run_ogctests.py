# ruff: noqa: INP001
"""Runs ogctests, OGC API – Features core, against a service: ``python tools/run_ogctests.py http://127.0.0.1:8000/ogc/``.

The key is taken from the environment variable ALLOCATOR_KEY.  It runs in an environment of its own, see the Makefile:
ogctests wants an older httpx and pytest than we do.
"""

import os
import sys

import httpx
from ogctests.main import run_ogctests

with httpx.Client(headers={"X-API-Key": os.environ["ALLOCATOR_KEY"]}, timeout=30, base_url=sys.argv[1]) as client:
    sys.exit(run_ogctests("features/core", instance_url=sys.argv[1], test_client=client, flags=sys.argv[2:]))
