"""One meaning of floor that falls short: what the firm needs, and what the others leave of it."""

import pytest

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import verify
from allocator.domain.plan import Assignment
from allocator.explanation.explain import dossier
from allocator.siting.limit_changes import changes_for
from service.formats.plan import PlanOut
from service.i18n.localizer import NEEDS, Localizer
from tests.support.problems import NOW, component, plan, problem, project, space

ZH, EN = (Localizer(language, PlanOut.model_construct(inputs=None)) for language in ("zh", "en"))


def beside(own_m2, others_m2, floor_m2=8000):
    """A firm that waits beside firms that hold floor of the one space there is."""
    others = [project(f"o{i}", component(project_id=f"o{i}", floor_area_m2=area)) for i, area in enumerate(others_m2)]
    waiting = project("p", component(floor_area_m2=own_m2))
    made = problem([*others, waiting], [space(floor_area_m2=floor_m2)])
    placed = plan()
    placed = placed.of(Assignment(f"o{i}", "c", "s", NOW, area) for i, area in enumerate(others_m2))
    return verify(made, placed), waiting


@pytest.mark.parametrize(
    ("own", "others", "free"),
    [(6000, [3000], 5000), (6000, [5500], 2500), (900, [7500], 500), (6000, [3000, 4000], 1000)],
)
def test_a_repair_names_the_firms_own_need_and_the_floor_that_is_free(own, others, free):
    verified, waiting = beside(own, others)
    sites = (Assignment("p", "c", "s", NOW, own),)
    (change,) = changes_for(IncrementalCheck(verified.problem, verified.plan), waiting, sites).values()
    assert (change.code, change.needed, change.offered, change.by) == ("floor-area", own, free, own - free)
    told = dossier(verified, "p")
    (site,) = told.components[0].parks
    (reason,) = site.reasons
    assert (reason.code, reason.needed, reason.offered) == ("floor-area", own, free)


def test_each_number_says_which_it_is():
    assert ZH.needs("floor-area", 6000, 2500, "m2") == "企业需 6,000 平方米，空余 2,500 平方米"
    assert EN.needs("floor-area", 6000, 2500, "m2") == "needs 6,000 m², 2,500 m² free"
    assert ZH.needs("area", 6000, 2500, "m2") == "企业需 6,000 平方米，该空间共 2,500 平方米"
    assert ZH.needs("rent", 45.62, 48, "yuan/m2/month") == "企业上限 45.62 元/平方米·月，园区租金 48 元/平方米·月"
    assert EN.needs("rent", 45.62, 48, "yuan/m2/month").startswith("limit 45.62 yuan")
    assert ZH.needs("height", 5, 4.2, "m") == "需 5 米，有 4.2 米"
    assert all("{needed}" in said and "{offered}" in said for pair in NEEDS.values() for said in pair)
