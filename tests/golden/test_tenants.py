"""Sitting tenants on the command line: who moves, at what price, and what the next plan starts from."""

import json

import pytest

from service.cli import main


@pytest.fixture
def crowded(tmp_path, project_row, write_csv, write_registry, space):
    """A registry whose tenant sits where the batch wants to go, and a batch pinned there."""
    registry = write_registry(
        spaces=[space(space_id="A1"), space(space_id="A2")],
        tenancies=[
            {
                "tenancy_id": "t1",
                "space_id": "A1",
                "occupant": "老租户",
                "floor_area_m2": 3000,
                "stage": "announced",
                "may_move": True,
            }
        ],
    )
    projects = write_csv(tmp_path / "p.csv", [project_row(project_id="P1", floor_area_m2=4000, pinned_to="A1")])
    return projects, registry


def plan(projects, registry, out, *more):
    arguments = ["plan", "--projects", str(projects), "--out", str(out), "--plan-from", "2026-09", *more]
    return main([*arguments, *(["--registry", str(registry)] if registry else [])])


def test_a_plan_says_who_moves_and_the_next_one_starts_there(crowded, tmp_path, capsys):
    assert plan(*crowded, tmp_path / "out") == 0
    assert "tenant 老租户 moves: A1 → A2, 3,000 m² from 2026-09" in capsys.readouterr().out
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert document["measures"]["stability"] == 1
    assert [(made["project_id"], made["space_id"]) for made in document["assignments"]] == [("P1", "A1")]
    assert document["tenant_moves"] == [
        {
            "tenancy_id": "t1",
            "occupant": "老租户",
            "from_space": "A1",
            "to_space": "A2",
            "start": "2026-09",
            "floor_area_m2": 3000,
            "stage": "announced",
            "price": 1,
        }
    ]
    features = json.loads((tmp_path / "out" / "plan.geojson").read_text())["features"]
    assert [f["properties"]["to_space"] for f in features if f["properties"]["layer"] == "tenant_move"] == ["A2"]
    assert "老租户 ← A1" in (tmp_path / "out" / "map.html").read_text()
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0

    again = ["--published", str(tmp_path / "out" / "plan.json"), "--max-moves", "0"]
    assert plan(crowded[0], None, tmp_path / "next", *again) == 0
    following = json.loads((tmp_path / "next" / "plan.json").read_text())
    assert following["tenant_moves"] == []
    assert following["measures"]["stability"] == 0
    assert [t["space_id"] for t in following["inputs"]["tenancies"]] == ["A2"]


def test_a_tampered_move_is_found(crowded, tmp_path, capsys):
    assert plan(*crowded, tmp_path / "out") == 0
    path = tmp_path / "out" / "plan.json"
    document = json.loads(path.read_text())
    document["tenant_moves"][0]["price"] = 0
    path.write_text(json.dumps(document))
    capsys.readouterr()
    assert main(["check", "--plan", str(path)]) != 0
    assert "claim/tenant-moves" in capsys.readouterr().out


def test_no_moves_allowed_and_the_batch_is_refused_with_its_reason(crowded, tmp_path, capsys):
    assert plan(*crowded, tmp_path / "base") == 0
    document = json.loads((tmp_path / "base" / "plan.json").read_text())
    document["assignments"], document["tenant_moves"] = [], []
    (tmp_path / "nothing.json").write_text(json.dumps(document))
    again = ["--published", str(tmp_path / "nothing.json"), "--max-moves", "0"]
    assert plan(crowded[0], None, tmp_path / "none", *again) == 3
    assert "move-budget" in capsys.readouterr().err
