"""How the process of the service is set up."""

import subprocess
import sys

from service.cli.serve import SWITCH_S

STARTED = """
import argparse, sys
from service.cli import serve
serve.importlib = argparse.Namespace(import_module=lambda name: None)
serve._held = lambda settings: sys.exit(f"{sys.getswitchinterval():.6f}")
serve.serve(argparse.Namespace(host=None, port=None, data_dir=None))
"""


def test_a_thread_that_computes_lets_others_go_on_soon():
    python, wanted = 0.005, f"{SWITCH_S:.6f}"
    assert python / 5 > SWITCH_S
    ended = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=False)
    assert ended.stderr.strip().splitlines()[-1] == wanted, ended.stderr
