"""The report and the workbook: readable, the same each time, and every name of a user is text and nothing else."""

import json
import re

import pytest
import typst
from openpyxl import load_workbook

from allocator.explanation.explain import dossier
from maps import fonts as fonts_module
from maps.figure import percent, records
from maps.payload.flows import flow_matrix
from maps.payload.payload import overview_payload
from maps.payload.plan_comparison import district_shares
from service.application.plans.plan_document import assignments_of
from service.exports.maps.payload import PlanBundle
from service.exports.report import report as report_module
from service.exports.report.report import NO_FONT, first_gap, report
from service.exports.report.tables import ReportLocalizer, project_tables, screen_tables
from service.exports.tables_and_features import write_workbook
from service.formats.plan import PlanOut
from tests.unit.maps.boundaries import boundaries
from tests.unit.maps.city import caption, draw_problem, labels, verified
from tests.unit.maps.hostile import NAMES, hostile_name

LANGUAGES = ("zh", "en", "both")
FIGURES = (
    {
        "label": {"zh": "新增营收", "en": "Revenue added"},
        "value": {"zh": "12 亿元", "en": "1.2 billion yuan"},
        "baseline": None,
        "target": {"zh": "600 亿元 ≤ 2025-12", "en": "60 billion yuan ≤ 2025-12"},
    },
)


def drawn_of(problem, stated=None):
    """A drawn plan with its payload."""
    checked = verified(problem)
    document = PlanOut(
        plan_id="plan-0042", status="feasible", assignments=assignments_of(problem, checked.plan), verified=True
    )
    told = tuple(dossier(checked, name) for name in problem.project_by_id)
    payload = overview_payload(checked, stated or caption(), labels(), dossiers=told, figures=FIGURES)
    return PlanBundle(document, checked, told), payload


@pytest.fixture(scope="module")
def city():
    return drawn_of(draw_problem(projects=40, parks=18))


@pytest.fixture(scope="module")
def hostile():
    stated = caption(title_zh=NAMES[6], title_en=NAMES[11], plan_id=NAMES[12], engine=NAMES[11], approval=NAMES[10])
    return drawn_of(draw_problem(projects=2 * len(NAMES), parks=18, name=hostile_name), stated)


def test_the_same_plan_gives_the_same_bytes(city):
    drawn, payload = city
    first, second = (report(payload, drawn, boundaries(), "both") for _ in range(2))
    assert first == second
    assert first.pdf.startswith(b"%PDF")
    assert first.png.startswith(b"\x89PNG")
    assert b"/CreationDate" not in first.pdf or b"19700101" in first.pdf
    assert first.notes == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_set_as_text(hostile, language, monkeypatch):
    drawn, payload = hostile
    sent = []
    compiled = typst.compile

    def listen(path, **how):
        sent.append((path.parent / "data.json").read_text())
        pages = compiled(path, **{**how, "format": "svg", "timestamp": None})
        assert len(pages) >= 2
        return compiled(path, **how)

    monkeypatch.setattr(report_module.typst, "compile", listen)
    made = report(payload, drawn, boundaries(), language)
    assert made.pdf.startswith(b"%PDF")
    # four bytes of a name may stand in a picture by chance: a key of a dictionary is followed by its value
    assert not re.search(rb"/(Launch|URI|JavaScript)[\s/(<]", made.pdf)
    cells = json.dumps(json.loads(sent[0]), ensure_ascii=False).replace("\u200b", "")
    assert "#panic(" in cells
    assert "{{7*7}}" in cells


def test_without_a_chinese_font_the_report_is_english_and_says_so(city, monkeypatch):
    drawn, payload = city
    monkeypatch.setattr(report_module, "find_fonts", lambda: fonts_module.find_fonts(()))
    made = report(payload, drawn, boundaries(), "zh")
    assert made.notes == (NO_FONT,)
    assert made.pdf.startswith(b"%PDF")


def test_the_tables_hold_the_numbers_of_the_payload(city):
    drawn, payload = city
    tables = {table.name: table for table in screen_tables(payload, drawn, ReportLocalizer("en"))}
    parks = records(payload["parks"])
    assert [row[3:6] for row in tables["park_use"].rows] == [
        (park["area"], park["occupied"], park["allocated"]) for park in parks
    ]
    assert dict(tables["summary"].rows)["Projects placed"] == payload["summary"]["placed"]
    assert sum(row[5] for row in tables["half_years"].rows) == payload["summary"]["allocated_m2"]
    assert {row[0]: row[1] for row in tables["districts"].rows}["Nanshan"] == district_shares(drawn.verified)["440305"][
        0
    ]
    placed = next(table for table in project_tables(payload, ReportLocalizer("zh")) if table.name == "placed")
    assert sum(row[8] for row in placed.rows) == payload["summary"]["allocated_m2"]


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("zh", ("新增营收", "12 亿元", "–", "600 亿元 ≤ 2025-12")),
        ("en", ("Revenue added", "1.2 billion yuan", "–", "60 billion yuan ≤ 2025-12")),
        (
            "both",
            (
                "新增营收 Revenue added",
                "12 亿元 1.2 billion yuan",
                "–",
                "600 亿元 ≤ 2025-12 60 billion yuan ≤ 2025-12",
            ),
        ),
    ],
)
def test_figures_of_the_policy_are_printed_with_their_units(city, language, row):
    targets = next(table for table in project_tables(city[1], ReportLocalizer(language)) if table.name == "targets")
    assert targets.rows == (row,)


def test_the_matrix_counts_every_works_of_a_project_that_has_research(city):
    drawn, _ = city
    problem, plan = drawn.verified.problem, drawn.verified.plan
    made = sum(one.floor_area_m2 for one in plan.assignments if problem.components[one.key].function == "manufacturing")
    matrix = flow_matrix(drawn.verified)
    assert sum(area for area, _ in matrix.values()) == made
    assert sum(count for _, count in matrix.values()) == len(plan.placed_projects)


def test_every_cell_with_words_is_text_in_the_workbook(hostile, tmp_path):
    drawn, payload = hostile
    path = tmp_path / "plan.xlsx"
    write_workbook(drawn.verified.problem, drawn.document, path, screen_tables(payload, drawn, ReportLocalizer("both")))
    book = load_workbook(path)
    assert {"goals", "assignments", "summary", "districts", "flows", "half_years", "park_use"} <= set(book.sheetnames)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value.startswith("=HYPERLINK") for cell in cells)
    assert all(cell.quotePrefix for cell in cells)


def test_percentages_are_those_of_the_pages():
    assert [percent(share) for share in (0, 0.001, 0.456, 0.9999, 1, 1.36)] == ["0", "<1", "46", "99", "100", "136"]


@pytest.mark.parametrize(
    ("gaps", "zh", "en"),
    [
        ((0.0092, 0.8684), "可行，首要目标差距 0.92%", "feasible, gap of the first goal 0.92%"),
        ((0.0, 0.0727), "可行，首要目标已证最优", "feasible, first goal proven optimal"),
        ((None, 0.0), "可行，首要目标尚未证明", "feasible, first goal not proven"),
        ((0.0727, None), "可行，首要目标差距 7.27%", "feasible, gap of the first goal 7.27%"),
        ((), "可行，首要目标尚未证明", "feasible, first goal not proven"),
    ],
)
def test_the_headline_is_the_gap_of_the_first_goal_however_wide_the_others_are(gaps, zh, en):
    goals = [{"goal": "value", "gap": gap} for gap in gaps]
    assert first_gap(goals, lambda chinese, _: chinese) == zh
    assert first_gap(goals, lambda _, english: english) == en
