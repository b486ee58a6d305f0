"""What a workbook hides or cannot show: errors, formulas without a result, merged and hidden cells, in every format."""

import io
import zipfile
from contextlib import suppress

import pytest
from openpyxl import Workbook

from allocator.errors import InputError
from geodata.cells.bad_cell import BadCell
from geodata.readers.project_reader import parse_projects
from geodata.spreadsheet_mapping import convert, sheets, suggest
from geodata.spreadsheet_mapping.sheet import letters
from geodata.workbooks.workbook import read_sheets, read_workbook
from tests.support.foreign_sheets import known
from tests.support.workbooks import XLS, ods, ods_cell, ods_row, xlsb

HEADINGS = ("企业名称", "细分领域", "企业类型", "用途", "需求面积(㎡)", "意向区域", "承重(kN/㎡)")
FIRM = ("甲医疗", "体外诊断", "初创", "研发", 1000, "坪山", 7)
COVERED = "<table:covered-table-cell/>"


def saved(path, content):
    path.write_bytes(content)
    return path


def book_of(rows, **sheets_with_rows):
    book = Workbook()
    book.active.title = "需求表"
    for row in rows:
        book.active.append(list(row))
    for name, more in sheets_with_rows.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(list(row))
    return book


def stored(book, path):
    book.save(path)
    return path


def with_cell(path, place, xml):
    """The workbook with the XML of one cell replaced, as another program would have written it."""
    content = path.read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                before, _, rest = text.decode().partition(f'<c r="{place}"')
                text = (before + xml + rest.partition("</c>")[2]).encode()
            new.writestr(part.filename, text)
    return saved(path, stream.getvalue())


def made_of(path):
    sheet = sheets(path)[0]
    return sheet, convert(sheet, suggest(sheet, known(), "P"), known())


def faults_at(made):
    return {(letters(each.position), each.row, each.value, each.code) for each in made.faults}


@pytest.mark.parametrize("shown", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"])
def test_an_error_is_a_fault_at_its_cell(tmp_path, shown):
    path = stored(book_of([HEADINGS, FIRM]), tmp_path / "book.xlsx")
    made = made_of(with_cell(path, "G2", f'<c r="G2" t="e"><v>{shown}</v></c>'))[1]
    assert faults_at(made) == {("G", 2, shown, "cell-error")}
    assert made.projects == ()


def test_errors_in_every_needed_column_are_named_at_once(tmp_path):
    path = stored(book_of([HEADINGS, FIRM, ("乙医疗", *FIRM[1:])]), tmp_path / "book.xlsx")
    for place, shown in {"A3": "#N/A", "B2": "#NAME?", "E2": "#REF!", "F2": "#NAME?"}.items():
        with_cell(path, place, f'<c r="{place}" t="e"><v>{shown}</v></c>')
    assert {("B", 2), ("E", 2), ("F", 2), ("A", 3)} == {(at, row) for at, row, _, _ in faults_at(made_of(path)[1])}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="E2"><f>40*50</f></c>',
        '<c r="E2"><f>40*50</f><v></v></c>',
        '<c r="E2"><f>40*50</f><v/></c>',
        '<c r="E2" t="str"><f>40*50</f></c>',
        '<c r="E2"><f>40*50</f><v>0</v></c>',
        '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="E2"><x:f>40*50</x:f></c>',
    ],
)
def test_a_formula_without_a_result_is_a_fault(tmp_path, cell):
    path = stored(book_of([HEADINGS, FIRM]), tmp_path / "book.xlsx")
    made = made_of(with_cell(path, "E2", cell.replace("</c>", "</x:c>") if cell.startswith("<x") else cell))[1]
    assert faults_at(made) == {("E", 2, "=40*50", "formula-without-result")}
    assert "save it there" in made.faults[0].remedy


def test_a_formula_with_a_result_is_its_result_and_blank_text_is_blank(tmp_path):
    path = stored(book_of([HEADINGS, FIRM]), tmp_path / "book.xlsx")
    with_cell(path, "E2", '<c r="E2"><f>40*50</f><v>2000</v></c>')
    made = made_of(with_cell(path, "G2", '<c r="G2" t="str"><f>IF(1,"","x")</f><v></v></c>'))[1]
    (part,) = made.projects[0].components
    assert (part.floor_area_m2, part.floor_load_kpa) == (2000, None)


def test_errors_and_formulas_are_faults_in_our_own_format_too(tmp_path, project_row):
    row = project_row()
    path = stored(book_of([list(row), list(row.values())]), tmp_path / "own.xlsx")
    column = letters(list(row).index("floor_area_m2"))
    with_cell(path, f"{column}2", f'<c r="{column}2"><f>2*300</f><v></v></c>')
    with_cell(path, "A2", '<c r="A2" t="e"><v>#REF!</v></c>')
    found = {(each.column, each.value, each.message) for each in parse_projects(path).faults}
    assert ("floor_area_m2", "=2*300", "is a formula without a stored result") in found
    assert ("project_id", "#REF!", "is the error #REF! of a formula") in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("#REF!", "cell-error"), ("#n/a", "cell-error"), ("Err:502", "cell-error"), ("=B2*2", "formula-without-result")],
)
def test_errors_in_the_text_of_a_csv_file_are_faults(tmp_path, text, code):
    rows = [HEADINGS, (*FIRM[:6], text)]
    path = tmp_path / "errors.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    assert faults_at(made_of(path)[1]) == {("G", 2, text, code)}


def test_an_id_that_was_kept_as_text_in_csv_keeps_its_zeros(tmp_path, project_row):
    row = project_row(project_id='="00123"')
    path = tmp_path / "own.csv"
    path.write_text(
        ",".join(row) + "\n" + ",".join(f'"{str(cell).replace(chr(34), 2 * chr(34))}"' for cell in row.values())
    )
    assert [project.project_id for project in parse_projects(path).records] == ["00123"]


def test_a_merged_cell_holds_for_all_its_rows(tmp_path):
    book = book_of([HEADINGS, FIRM, (None, None, None, "生产", 3000, None, None)])
    for letter in "ABCFG":
        book.active.merge_cells(f"{letter}2:{letter}3")
    (project,) = made_of(stored(book, tmp_path / "book.xlsx"))[1].projects
    assert [
        (part.function, part.floor_area_m2, part.districts, part.floor_load_kpa) for part in project.components
    ] == [
        ("rnd", 1000, ("440310",), 7.0),
        ("manufacturing", 3000, ("440310",), 7.0),
    ]


def test_an_area_that_is_merged_over_two_parts_is_asked_for(tmp_path):
    book = book_of([HEADINGS, FIRM, (None, None, None, "生产", None, None, None)])
    for letter in "ABCEFG":
        book.active.merge_cells(f"{letter}2:{letter}3")
    made = made_of(stored(book, tmp_path / "book.xlsx"))[1]
    assert faults_at(made) == {("E", 3, "1000", "merged-quantity")}


def test_a_district_that_is_merged_over_several_firms_holds_for_each(tmp_path):
    book = book_of([HEADINGS, FIRM, ("乙医疗", *FIRM[1:5], None, 7), ("丙医疗", *FIRM[1:5], None, 7)])
    book.active.merge_cells("F2:F4")
    made = made_of(stored(book, tmp_path / "book.xlsx"))[1]
    assert [project.components[0].districts for project in made.projects] == [("440310",)] * 3


def test_merged_headings_reach_over_their_columns(tmp_path):
    rows = [
        ("企业名称", "细分领域", "企业类型", "研发用房", None, "生产用房", None, "意向区域"),
        (None, None, None, "面积(㎡)", "承重(kN/㎡)", "面积(㎡)", "承重(kN/㎡)", None),
        ("甲医疗", "体外诊断", "初创", 500, 4, 1500, 8, "坪山"),
    ]
    book = book_of(rows)
    for place in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1", "H1:H2"):
        book.active.merge_cells(place)
    (project,) = made_of(stored(book, tmp_path / "book.xlsx"))[1].projects
    assert [
        (part.function, part.floor_area_m2, part.floor_load_kpa, part.districts) for part in project.components
    ] == [
        ("rnd", 500, 4.0, ("440310",)),
        ("manufacturing", 1500, 8.0, ("440310",)),
    ]


def test_a_merged_cell_beside_blank_rows_makes_no_firms_of_them(tmp_path):
    book = book_of([HEADINGS, FIRM, [None] * 7, [None] * 7, ("乙医疗", *FIRM[1:])])
    book.active.merge_cells("A2:A4")
    made = made_of(stored(book, tmp_path / "book.xlsx"))[1]
    assert [project.enterprise for project in made.projects] == ["甲医疗", "乙医疗"]
    assert made.faults == ()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_come_last_and_are_named(tmp_path, state):
    book = Workbook()
    old = book.active
    old.title = "旧版"
    for row in [HEADINGS, *((f"旧{number}医疗", *FIRM[1:]) for number in range(20))]:
        old.append(list(row))
    sheet = book.create_sheet("需求表")
    for row in [HEADINGS, FIRM]:
        sheet.append(list(row))
    book.active = 1
    old.sheet_state = state
    found = sheets(stored(book, tmp_path / "book.xlsx"))
    assert [(each.name, each.hidden) for each in found] == [("需求表", False), ("旧版", True)]
    assert found[0].notes == (
        ("工作表“旧版”（隐藏）另有 20 行，没有读入", 'the sheet "旧版" (hidden) has 20 rows too, which were not read'),
    )
    assert ("这张工作表是隐藏的", "this sheet is hidden") in found[1].notes


def test_our_own_format_reads_the_visible_sheet_first(tmp_path, project_row):
    book = Workbook()
    book.active.title = "old"
    sheet = book.create_sheet("new")
    for each, name in ((book.active, "OLD"), (sheet, "NEW")):
        row = project_row(project_id=name)
        each.append(list(row))
        each.append(list(row.values()))
    book["old"].sheet_state = "hidden"
    book.active = 1
    path = stored(book, tmp_path / "own.xlsx")
    assert read_workbook(path, ("projects",)).name == "new"
    assert [project.project_id for project in parse_projects(path).records] == ["NEW"]


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path):
    book = book_of([HEADINGS, FIRM, ("乙医疗", *FIRM[1:]), ("丙医疗", *FIRM[1:])])
    book.active.row_dimensions[3].hidden = True
    book.active.row_dimensions[99].hidden = True
    book.active.column_dimensions["G"].hidden = True
    sheet, made = made_of(stored(book, tmp_path / "book.xlsx"))
    assert [project.enterprise for project in made.projects] == ["甲医疗", "乙医疗", "丙医疗"]
    assert [en for _, en in sheet.notes] == [
        "1 hidden rows were read like the others: 3",
        "hidden columns were read like the others: G",
    ]
    assert made.projects[1].components[0].floor_load_kpa == 7.0


def test_sheets_with_firms_that_are_not_taken_are_named(tmp_path):
    path = stored(
        book_of([HEADINGS, FIRM], 光明=[HEADINGS, FIRM, FIRM], 填表说明=[("项目", "说明"), ("面积", "x")]),
        tmp_path / "b.xlsx",
    )
    first = sheets(path)[0]
    assert first.name == "光明"
    assert first.notes == (
        ("工作表“需求表”另有 1 行，没有读入", 'the sheet "需求表" has 1 rows too, which were not read'),
    )


@pytest.mark.parametrize("ending", [".xls", ".et"])
def test_xls_is_read_with_all_that_it_hides(tmp_path, ending):
    path = saved(tmp_path / f"demand{ending}", XLS.read_bytes())
    sheet, made = made_of(path)
    assert (sheet.name, sheet.hidden) == ("需求表", False)
    (project,) = made.projects
    assert [(part.function, part.floor_area_m2, part.districts) for part in project.components] == [
        ("rnd", 1000, ("440305",)),
        ("manufacturing", 3000, ("440305",)),
    ]
    assert faults_at(made) == {("G", 4, "=…", "formula-without-result"), ("E", 5, "#REF!", "cell-error")}
    assert [en for _, en in sheet.notes] == [
        "1 hidden rows were read like the others: 4",
        "hidden columns were read like the others: G",
        'the sheet "旧版" (hidden) has 5 rows too, which were not read',
    ]


def test_xlsb_is_read_with_all_that_it_hides(tmp_path):
    rows = {
        0: dict(enumerate(HEADINGS)),
        1: dict(enumerate(FIRM)),
        2: {3: "生产", 4: 3000},
        3: dict(enumerate(("乙医疗", *FIRM[1:6], "#N/A"))),
    }
    merged = [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 5, 2, 5)]
    sheet, made = made_of(saved(tmp_path / "book.xlsb", xlsb(rows, merged, hidden={3})))
    assert [(part.function, part.floor_area_m2, part.districts) for part in made.projects[0].components] == [
        ("rnd", 1000, ("440310",)),
        ("manufacturing", 3000, ("440310",)),
    ]
    assert faults_at(made) == {("G", 4, "#N/A", "cell-error")}
    assert "1 hidden rows were read like the others: 4" in [en for _, en in sheet.notes]


def test_ods_is_read_with_all_that_it_hides(tmp_path):
    shown = "<text:p>#DIV/0!</text:p></table:table-cell>"
    formula = '<table:table-cell table:formula="of:=1/0"'
    error = f'{formula} office:value-type="string" calcext:value-type="error">{shown}'
    older = f'{formula} office:value-type="float" office:value="0">{shown}'
    unsolved = '<table:table-cell table:formula="of:=2*400"/>'
    down = 'table:number-rows-spanned="2"'
    rows = [
        ods_row(HEADINGS),
        ods_row([ods_cell(each, down) for each in FIRM[:3]] + ["研发", 1000, ods_cell("南山", down), 7]),
        ods_row([COVERED, COVERED, COVERED, "生产", 3000, COVERED, None]),
        ods_row(["乙医疗", *FIRM[1:6], error], 'table:visibility="collapse"'),
        ods_row(["丙医疗", *FIRM[1:4], unsolved, "坪山", older]),
        ods_row([ods_cell(None, 'table:number-columns-repeated="1024"')], 'table:number-rows-repeated="1048570"'),
    ]
    old = "".join([ods_row(HEADINGS), *(ods_row((f"旧{number}", *FIRM[1:])) for number in range(9))])
    path = saved(tmp_path / "book.ods", ods({"旧版": old, "需求表": "".join(rows)}, hidden=["旧版"]))
    sheet, made = made_of(path)
    assert sheet.name == "需求表"
    assert [(part.function, part.floor_area_m2, part.districts) for part in made.projects[0].components] == [
        ("rnd", 1000, ("440305",)),
        ("manufacturing", 3000, ("440305",)),
    ]
    assert faults_at(made) == {
        ("G", 4, "#DIV/0!", "cell-error"),
        ("E", 5, "=2*400", "formula-without-result"),
        ("G", 5, "#DIV/0!", "cell-error"),
    }
    assert "1 hidden rows were read like the others: 4" in [en for _, en in sheet.notes]
    assert any("旧版" in en and "hidden" in en for _, en in sheet.notes)


@pytest.mark.parametrize("ending", [".xlsb", ".ods", ".xls", ".xlsm", ".et"])
def test_every_kind_of_workbook_is_read_in_our_own_format(tmp_path, project_row, ending):
    row = project_row()
    grid = {0: dict(enumerate(row)), 1: dict(enumerate(row.values()))}
    if ending == ".xlsb":
        content = xlsb(grid)
    elif ending == ".ods":
        content = ods({"projects": ods_row(list(row)) + ods_row(list(row.values()))})
    else:
        # A workbook under another ending: its kind is told by its content.
        stream = io.BytesIO()
        book_of([list(row), list(row.values())]).save(stream)
        content = stream.getvalue()
    parsed = parse_projects(saved(tmp_path / f"own{ending}", content))
    assert parsed.faults == []
    assert [project.project_id for project in parsed.records] == [row["project_id"]]


def refused(path):
    with pytest.raises(InputError) as caught:
        read_sheets(path)
    return caught.value.faults[0]


def test_passwords_are_named(tmp_path):
    content = XLS.read_bytes()
    # an encrypted .xlsx is a compound file with a stream EncryptedPackage instead of Workbook
    name = "EncryptedPackage".encode("utf-16-le")
    at = content.index("Workbook".encode("utf-16-le"))
    package = content[:at] + name.ljust(64, b"\0") + struct_pack(len(name) + 2) + content[at + 66 :]
    fault = refused(saved(tmp_path / "locked.xlsx", package))
    assert fault.message == "is protected by a password"
    assert fault.remedy == "Save it without a password, and send that file."
    # an encrypted .xls has a record FILEPASS near its beginning: here in the place of WRITEACCESS
    at = content.index(b"\x5c\x00\x70\x00")
    assert refused(saved(tmp_path / "l.xls", content[:at] + b"\x2f\x00" + content[at + 2 :])).message == fault.message


def struct_pack(number):
    return number.to_bytes(2, "little")


def test_an_encrypted_ods_is_named(tmp_path):
    path = saved(tmp_path / "locked.ods", ods({"需求表": ods_row(HEADINGS)}))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    assert refused(path).message == "is protected by a password"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ods_row([1], 'table:number-rows-repeated="1000000"'), "beyond row"),
        (ods_row([ods_cell(1, 'table:number-columns-repeated="16000"')]), "beyond column"),
        (
            ods_row([ods_cell(1, 'table:number-columns-repeated="499"')], 'table:number-rows-repeated="90000"'),
            "spans more than",
        ),
    ],
)
def test_an_ods_that_repeats_cells_without_end_is_refused(tmp_path, rows, words):
    assert words in refused(saved(tmp_path / "bomb.ods", ods({"x": rows}))).message


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({10**6: {0: 1}}, "beyond row"),
        ({0: {600: 1}}, "beyond column"),
        ({0: {0: 1}, 99_000: {499: 1}}, "spans more than"),
    ],
)
def test_an_xlsb_with_a_far_cell_is_refused(tmp_path, rows, words):
    assert words in refused(saved(tmp_path / "far.xlsb", xlsb(rows))).message


def test_cells_that_are_merged_without_end_are_refused(tmp_path):
    rows = {0: {0: "x"}, 9_999: {99: "x"}}
    merged = [(0, 0, 9_999, 99)] * 20
    assert "merges more than" in refused(saved(tmp_path / "bomb.xlsb", xlsb(rows, merged))).message


def test_broken_workbooks_of_every_kind_are_refused_and_never_break(tmp_path):
    made = {
        ".xls": XLS.read_bytes(),
        ".xlsb": xlsb({0: dict(enumerate(HEADINGS)), 1: dict(enumerate(FIRM))}),
        ".ods": ods({"x": ods_row(HEADINGS)}),
    }
    for ending, content in made.items():
        for cut in range(0, len(content), max(1, len(content) // 60)):
            for broken in (content[:cut], content[:cut] + b"\xff" * 64 + content[cut + 64 :]):
                with suppress(InputError):
                    read_sheets(saved(tmp_path / f"broken{ending}", broken))


def test_a_bad_cell_shows_what_the_workbook_shows():
    assert str(BadCell("#REF!", "cell-error", "x", "y")) == "#REF!"


def test_a_value_under_a_merged_cell_is_kept(tmp_path):
    rows = {0: dict(enumerate(HEADINGS)), 1: dict(enumerate(FIRM)), 2: dict(enumerate(("乙医疗", *FIRM[1:])))}
    merged = [(1, at, 2, at) for at in range(len(HEADINGS))]
    made = made_of(saved(tmp_path / "book.xlsb", xlsb(rows, merged)))[1]
    assert [project.enterprise for project in made.projects] == ["甲医疗", "乙医疗"]
