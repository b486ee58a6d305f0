"""The seed plan of the tests: what ``allocator demo`` found once, checked anew against the seeds of today.

``python -m tests.browser.seed_plan out/demo/plan.json`` takes it from a plan that the product wrote, and answers about
it from the files after that: what `answers alternatives` and `answers build-next` wrote.
"""

import json
import sys
from functools import cache
from pathlib import Path

from allocator.checking.verify import measure, verify
from allocator.domain.plan import Plan, PlanStatus
from allocator.explanation.explain import dossier
from maps.payload.analyses import BuildNext, NearOptimal, Studies
from maps.payload.payload import Caption, Extras, overview_payload, studied
from seeds.load import labels, seed_inputs
from service.application.planning.pipeline import problem_of
from service.application.plans.plan_document import assignments_as_made
from service.cli.common.plan_input import read_verified_plan
from service.exports.maps.analyses import read_answer, read_studies
from service.exports.maps.payload import TITLE
from service.formats.plan import AssignmentOut

FILE = Path(__file__).parent / "seed_plan.json"
COLUMNS = ("project_id", "component_id", "space_id", "start", "floor_area_m2")


@cache
def seed_payload():
    """Everything that the maps of the seed plan show, with one of the answers' other plans as plan B."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    problem = problem_of(seed_inputs())
    plan, another = _plan(kept["assignments"]), _plan(kept["another"])
    checked, other = verify(problem, plan), verify(problem, another)
    assert measure(problem, plan)["value"] == kept["value"]
    told = [dossier(checked, name) for name in problem.project_by_id]
    caption = Caption(
        plan_id="seed", title_zh=TITLE["zh"], title_en=TITLE["en"], engine="exact", data_date="2026-09",
        status=PlanStatus.OPTIMAL.value,
    )  # fmt: skip
    studies = Studies(near_optimal=NearOptimal(**kept["near_optimal"]), build_next=BuildNext(**kept["build_next"]))
    made = overview_payload(checked, caption, labels(), dossiers=told)
    return studied(made, checked, Extras(studies=studies, against=(other, caption)))


def _plan(rows):
    made = [AssignmentOut(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
    return Plan.of(assignments_as_made(made))


def _rows(assignments):
    return [[getattr(made, name) for name in COLUMNS] for made in assignments]


def main(plan, *answers):
    """Write the file of the tests."""
    document, verified = read_verified_plan(plan)
    found = read_studies(answers, document, verified)
    others = read_answer(answers[0].name, answers[0].read_bytes(), document, verified).answer.plans
    content = {
        "value": document.measures["value"],
        "assignments": _rows(document.assignments),
        "another": _rows(next(one.assignments for one in others if one.way == "best:cost")),
        "near_optimal": found.near_optimal.as_json(),
        "build_next": found.build_next.as_json(),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    FILE.write_text(text.replace("],[", "],\n[").replace("},{", "},\n{") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
