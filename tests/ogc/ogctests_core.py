"""ogctests, a suite that others wrote for OGC API – Features core, in an environment of its own (`make ogctests`)."""

import os
import re
import subprocess
import xml.etree.ElementTree as ET

from docs.pages.markdown import ROOT

NOT_CLAIMED = {"test_crs", "test_features.test_ast15", "test_features.test_ast22", "test_feature.test_ast28"}
"""The class CRS, which we do not claim; and the three that take no feature without a geometry, which GeoJSON allows
(RFC 7946, 3.2) and unplaced demand has."""


def test_ogctests_passes_but_for_what_is_not_claimed(desk, address, tmp_path):
    python = os.environ["OGCTESTS_PYTHON"]
    report, own = tmp_path / "report.xml", tmp_path / "pytest.ini"
    # else it would find our own settings above its environment, which stands in our folder
    own.write_text("[pytest]\n", encoding="utf-8")
    flags = [f"--junitxml={report}", "-c", str(own)]
    command = [python, str(ROOT / "tools/run_ogctests.py"), f"{address}/", *flags]
    env = {**os.environ, "ALLOCATOR_KEY": desk.keys["ada"]}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=tmp_path, timeout=300)
    assert report.is_file(), ended.stdout + ended.stderr
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314  our own pytest wrote it
    bad = {
        each.get("classname") + "." + each.get("name")
        for each in cases
        if each.find("failure") is not None or each.find("error") is not None
    }
    print(re.findall(r"\d+ passed.*|\d+ failed.*", ended.stdout), sorted(bad))
    assert len(cases) > 20
    assert {each for each in bad if not any(name in each for name in NOT_CLAIMED)} == set(), ended.stdout[-6000:]
