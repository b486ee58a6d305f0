"""The files of ``../shared/trials/import`` and what each must give; other tests make the same inputs anew."""

from datetime import date
from pathlib import Path

import pytest

from allocator.errors import InputError
from geodata.readers.project_reader import parse_projects
from geodata.readers.read_files import read_registry
from geodata.spreadsheet_mapping import convert, sheets, suggest
from geodata.spreadsheet_mapping.sheet import letters
from seeds.load import load_districts
from tests.support.foreign_sheets import known

FOLDER = Path(__file__).parents[4] / "shared" / "trials" / "import"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/trials/import is not there")

CONSTANTS = {"segment": "ivd", "tier": "growth", "priority": "3", "function": "rnd"}


def made_of(name):
    sheet = sheets(FOLDER / name)[0]
    mapping = suggest(sheet, known(), "P")
    untold = {field: CONSTANTS.get(field, "") for field in mapping.missing}
    mapping = mapping.model_copy(update={"constants": {**mapping.constants, **untold}})
    return sheet, mapping, convert(sheet, mapping, known())


def parts(made):
    assert made.faults == ()
    return {
        project.enterprise: {part.function.value: part.floor_area_m2 for part in project.components}
        for project in made.projects
    }


def rnd(**areas):
    return {f"{name}医疗": {"rnd": area} for name, area in areas.items()}


@pytest.mark.parametrize(
    ("name", "firms", "skipped"),
    [
        ("f09e-average.xlsx", rnd(甲=2000, 乙=3000), [4, 5, 6]),
        (
            "f09f-total-silent.xlsx",
            {"甲医疗": {"rnd": 800, "manufacturing": 1200}, "乙医疗": {"rnd": 900, "manufacturing": 2100}},
            [4],
        ),
        (
            "f09g-total-silent-en.xlsx",
            {
                "Alpha Medical": {"rnd": 800, "manufacturing": 1200},
                "Beta Medical": {"rnd": 900, "manufacturing": 2100},
            },
            [4],
        ),
        (
            "f10c-sum-names.xlsx",
            {"注射泵科技": {"rnd": 500}, "备注医疗": {"rnd": 500}, "说明书医疗": {"rnd": 500}, **rnd(甲=2000)},
            [],
        ),
        ("f11-merged-down.xlsx", {"甲医疗": {"rnd": 1000, "manufacturing": 3000}, "乙医疗": {"rnd": 2000}}, []),
        ("f16-hidden-sheet.xlsx", rnd(甲=2000, 乙=1500), []),
        ("f17-repeated-heading.xlsx", rnd(甲=2000, 乙=1500, 丙=1200), [4]),
        ("f19-sep.csv", rnd(甲=2000, 乙=1500), []),
        ("f20-title-semicolon.csv", rnd(甲=2000, 乙=1500), []),
        ("f20c-heading-comma-in-semicolon.csv", rnd(甲=2000, 乙=1500), []),
        ("f22-have-and-need.xlsx", rnd(甲=2500, 乙=1800), []),
        ("f22c-rent-now.xlsx", rnd(甲=2500), []),
        ("f23-ditto.xlsx", {"甲医疗": {"rnd": 1000, "manufacturing": 3000, "pilot": 800}}, []),
        ("f24-traditional.xlsx", {"甲醫療有限公司": {"rnd": 2000}}, []),
        ("f25-year-month-columns.xlsx", rnd(甲=2000, 乙=1500), []),
        ("f46-personal.xlsx", rnd(甲=2000), []),
        (
            "f67g-area-above-functions.xlsx",
            {
                "甲医疗": {"rnd": 800, "manufacturing": 1200, "hq": 200},
                "乙医疗": {"rnd": 600, "manufacturing": 1500, "hq": 300},
            },
            [],
        ),
        ("f70-survey.xlsx", rnd(甲=2000), []),
    ],
)
def test_firms_are_read_and_other_rows_are_skipped(name, firms, skipped):
    sheet, _, made = made_of(name)
    assert parts(made) == firms
    assert [left.row for left in sheet.skipped] == skipped


def test_merged_cells_hold_for_both_parts():
    (first, _) = made_of("f11-merged-down.xlsx")[2].projects
    assert {
        (part.districts, part.start_from, part.lease_months, part.max_rent_yuan_m2_month) for part in first.components
    } == {(("440305",), "2026-10", 60, 90)}


def test_year_and_month_are_joined_and_rents_are_those_that_are_borne():
    made = made_of("f25-year-month-columns.xlsx")[2]
    assert [project.components[0].start_from for project in made.projects] == ["2026-10", "2027-03"]
    assert made_of("f22c-rent-now.xlsx")[2].projects[0].components[0].max_rent_yuan_m2_month == 60


def test_contacts_are_left_out():
    mapping = made_of("f46-personal.xlsx")[1]
    assert {mapping.columns[at].reason[1] for at in range(5, 9)} == {"contacts are not stored"}


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("f12-error-cells.xlsx", {("G", 2, "#REF!"), ("H", 2, "#N/A"), ("J", 2, "#NAME?"), ("M", 2, "#VALUE!")}),
        ("f31-formulas.xlsx", {("G", 2, "=9/2"), ("H", 2, "=3.5*2"), ("M", 2, "=30*2"), ("F", 3, "=40*50")}),
    ],
)
def test_errors_and_formulas_are_faults_at_their_cells(name, cells):
    made = made_of(name)[2]
    assert {(letters(fault.position), fault.row, fault.value) for fault in made.faults} == cells


def test_formulas_without_results_are_faults_in_our_own_format():
    parsed = parse_projects(FOLDER / "c17b-formulas.xlsx")
    assert {fault.column for fault in parsed.faults} == {"floor_load_kpa", "clear_height_m", "max_rent_yuan_m2_month"}
    assert parsed.records == []


def test_the_hidden_sheet_is_named():
    assert made_of("f16-hidden-sheet.xlsx")[0].notes[0][1].startswith('the sheet "旧版" (hidden) has 20 rows')


def test_a_separator_line_is_passed_over_in_our_own_format():
    parsed = parse_projects(FOLDER / "c19b-sep-line.csv")
    assert ([project.project_id for project in parsed.records], parsed.faults) == (["A-1"], [])


def test_big5_is_refused_with_the_guess():
    (fault,) = parse_projects(FOLDER / "c23-big5.csv").faults
    assert "Big5" in fault.message


def test_a_form_is_named():
    with pytest.raises(InputError) as caught:
        sheets(FOLDER / "f26-form.xlsx")
    assert "labels stand one below the other" in caught.value.faults[0].message


@pytest.mark.parametrize(("name", "words"), [("g03-projected-no-crs", "lies outside"), ("g12c-bowtie", "is not valid")])
def test_a_faulty_geometry_is_one_fault(name, words):
    with pytest.raises(InputError) as caught:
        read_registry(FOLDER / name, load_districts(date(2026, 11, 1)))
    (fault,) = caught.value.faults
    assert words in fault.message
