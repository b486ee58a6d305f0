"""CSV in every separator and encoding, titles and sep= above the headings, byte order marks, and doubtful encodings."""

import json

import pytest

from allocator.errors import InputError
from geodata.readers.encoding import decode
from geodata.readers.project_reader import parse_projects
from geodata.readers.read_files import read_registry
from geodata.readers.record_reader import PARKS, parse_file
from geodata.readers.tables import read_csv
from geodata.spreadsheet_mapping import convert, sheets, suggest
from tests.support.foreign_sheets import known
from tests.support.geojson import collection, feature

HEADINGS = ("企业名称", "细分领域", "企业类型", "用途", "需求面积(㎡)")
FIRMS = (("甲医疗", "体外诊断", "初创", "研发", "2000"), ("乙医疗", "体外诊断", "初创", "研发", "1500"))
SEPARATORS = (",", ";", "\t", "|")


def text_of(rows, separator=",", end="\r\n"):
    return "".join(separator.join(row) + end for row in rows)


def areas(path):
    sheet = sheets(path)[0]
    made = convert(sheet, suggest(sheet, known(), "P"), known())
    assert made.faults == ()
    return {project.enterprise: project.components[0].floor_area_m2 for project in made.projects}


def saved(tmp_path, content, name="demand.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


READ = {"甲医疗": 2000, "乙医疗": 1500}


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_separator_is_known(tmp_path, separator, end):
    assert areas(saved(tmp_path, text_of([HEADINGS, *FIRMS], separator, end))) == READ


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "title",
    [
        "2026年度企业用房需求汇总\r\n",
        "汇总表, 第三季度, 初稿\r\n",
        "\r\n\r\n2026年度；汇总\r\n",
        '"填报单位：坪山区工信局, 2026年9月"\r\n',
        "a;b,c|d\r\n",
    ],
)
def test_a_title_does_not_decide_the_separator(tmp_path, title, separator):
    assert areas(saved(tmp_path, title + text_of([HEADINGS, *FIRMS], separator))) == READ


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_commas_in_quoted_headings_and_cells_do_not_decide_either(tmp_path, separator):
    headings = ('"企业名称"', '"细分领域"', '"企业类型"', '"用途"', '"面积(㎡, 含公摊, 不含车位, 仅地上, 含库房)"')
    rows = [headings, *((*firm[:4], firm[4]) for firm in FIRMS)]
    assert areas(saved(tmp_path, text_of(rows, separator))) == READ


def test_semicolons_in_cells_of_a_comma_file_do_not_decide(tmp_path):
    headings = (*HEADINGS, "配套")
    rows = [headings, *((*firm, "蒸汽;纯水;双回路;燃气") for firm in FIRMS)]
    assert areas(saved(tmp_path, text_of(rows))) == READ


def test_decimal_commas_in_a_semicolon_file_do_not_decide(tmp_path):
    headings = ("企业名称", "细分领域", "企业类型", "用途", "需求面积(㎡)", "承重(kN/㎡)", "净高(m)")
    rows = [headings, *((*firm, "4,5", "7,5") for firm in FIRMS)]
    grid = read_csv(saved(tmp_path, text_of(rows, ";"))).rows
    assert [len(row) for row in grid] == [7, 7, 7]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("line", ["sep={}\r\n", "\ufeffsep={}\r\n", "SEP={}\n", '"sep={}"\r\n'])
def test_a_line_that_names_the_separator_is_passed_over(tmp_path, line, separator):
    path = saved(tmp_path, line.format(separator) + text_of([HEADINGS, *FIRMS], separator))
    assert areas(path) == READ
    assert sheets(path)[0].heading_rows == (2,)


@pytest.mark.parametrize("above", ["sep=,\r\n", "批次一\r\n", "批次一,,,,,,,\r\n\r\n", "\ufeff\r\nsep=\r\n"])
def test_our_own_format_passes_over_what_stands_above_too(tmp_path, project_row, above):
    rows = [tuple(project_row()), tuple(map(str, project_row(priority=9).values()))]
    parsed = parse_projects(saved(tmp_path, above + text_of(rows)))
    assert [(fault.column, fault.row) for fault in parsed.faults] == [("priority", above.count("\n") + 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_that_are_read(tmp_path, encoding):
    text = text_of([HEADINGS, *FIRMS])
    if encoding in {"utf-16-le", "utf-16-be"}:
        text = "\ufeff" + text
    assert areas(saved(tmp_path, text.encode(encoding))) == READ


TRADITIONAL = "企業名稱,細分領域,需求面積\n甲醫療有限公司,體外診斷,2000\n"
JAPANESE = "会社名,分野,面積\n東京メディカル株式会社,体外診断,2000\n"
WESTERN = "Société,Größe,Fläche\nMüller,IVD,2000\n"


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL.replace("甲醫療有限公司", "優鼎電子"), "big5", "Big5"),
        ("project_id,enterprise\nA-1,甲醫療器材股份有限公司\n", "big5", "Big5"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (WESTERN, "cp1252", "Windows-1252"),
    ],
)
def test_a_text_in_another_encoding_is_refused_with_a_guess(tmp_path, text, encoding, guess):
    with pytest.raises(InputError) as caught:
        decode(saved(tmp_path, text.encode(encoding)))
    (fault,) = caught.value.faults
    assert guess in fault.message
    assert "UTF-8" in fault.remedy


@pytest.mark.parametrize(
    "text",
    [
        TRADITIONAL,
        "企业名称,区域\n深圳市垚鑫焱喆医疗科技有限公司,坪山\n",
        "名称,符号\n甲公司,≥8kN／㎡、±0.5℃、①②③、《办法》\n",
        "公司\n龘\n",
        "plain,ascii\n1,2\n",
    ],
)
def test_true_gb18030_is_not_doubted(tmp_path, text):
    assert decode(saved(tmp_path, text.encode("gb18030"))) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("企业名称,细分领域\n深圳甲医疗,体外诊断\n".encode().decode("latin-1").encode(), "garbled"),
        ("企业名称,细分领域\n甲医疗,体外诊断\n".encode().decode("gb18030", "ignore").encode(), "garbled"),
        ("企业锟斤拷称,面积\n甲,1\n".encode(), "lost when it was saved"),
        ("企业\ufffd称,面积\n甲,1\n".encode(), "lost when it was saved"),
        ("企业名称,面积\n甲医疗,1\n".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (b"\xff\xfe\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("甲,\ue5e5\ue5e6\n".encode("gb18030"), "another encoding"),
    ],
)
def test_garbled_text_is_refused(tmp_path, content, words):
    with pytest.raises(InputError) as caught:
        decode(saved(tmp_path, content))
    assert words in caught.value.faults[0].message


@pytest.mark.parametrize(
    ("head", "ending"), [(b"PK\x03\x04rest", ".xlsx"), (bytes.fromhex("d0cf11e0a1b11ae1"), ".xls")]
)
def test_a_workbook_that_is_called_csv_is_named(tmp_path, head, ending):
    with pytest.raises(InputError) as caught:
        read_csv(saved(tmp_path, head))
    assert ending in caught.value.faults[0].message


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff"])
def test_a_byte_order_mark_sticks_to_nothing(tmp_path, project_row, mark):
    row = project_row()
    parsed = parse_projects(saved(tmp_path, mark + text_of([tuple(row), tuple(map(str, row.values()))])))
    assert ([each.project_id for each in parsed.records], parsed.faults) == (["P1"], [])
    parts = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2")}
    project = {f"\ufeff{name}": value for name, value in row.items()} | {"components": [parts]}
    content = mark + json.dumps({"\ufeffprojects": [project]})
    parsed = parse_projects(saved(tmp_path, content, "marked.json"))
    assert (len(parsed.records), parsed.faults) == (1, [])


def test_a_byte_order_mark_does_not_stick_in_geojson_and_workbooks(tmp_path, write_xlsx, project_row):
    point = {"type": "Point", "coordinates": [114.35, 22.69]}
    marked = {"type": "Feature", "properties": {"\ufeffpark_id": "A", "district": "440310"}, "geometry": point}
    path = saved(tmp_path, "\ufeff" + json.dumps(collection(marked)), "parks.geojson")
    assert [park.park_id for park in parse_file(path, PARKS).checked()] == ["A"]
    row = {f"\ufeff{name}" if name == "project_id" else name: cell for name, cell in project_row().items()}
    row["\ufeffproject_id"] = "\ufeffP1"
    assert [each.project_id for each in parse_projects(write_xlsx(tmp_path / "p.xlsx", [row])).records] == ["P1"]


def test_a_row_of_too_many_columns_is_refused_and_blank_ones_behind_are_not(tmp_path):
    path = saved(tmp_path, text_of([(*HEADINGS, *[""] * 16000), *FIRMS]))
    assert areas(path) == READ
    with pytest.raises(InputError) as caught:
        read_csv(saved(tmp_path, text_of([("x",) * 501])))
    assert caught.value.faults[0].message == "has more than 500 columns in row 1"


BOWTIE = [[[114.34, 22.68], [114.35, 22.7], [114.35, 22.68], [114.34, 22.7], [114.34, 22.68]]]


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        ({"type": "Point", "coordinates": [535500.0, 2510000.0]}, "lies outside the degrees"),
        ({"type": "Polygon", "coordinates": BOWTIE}, "is not valid"),
        ({"type": "Point", "coordinates": []}, "is empty"),
        ({"type": "Polygon", "coordinates": [[[114.3, 22.6], [114.4, 22.6]]]}, "is not a geometry"),
        ({"type": "Nothing"}, "is not a geometry"),
        ({"type": "Point", "coordinates": [22.69, 114.35]}, "lies outside the degrees"),
    ],
)
def test_a_faulty_geometry_is_one_fault(write_registry, write_json, geometry, words):
    folder = write_registry()
    (folder / "parks.json").unlink()
    write_json(folder / "parks.geojson", collection(feature(geometry, name_zh="甲园")))
    with pytest.raises(InputError) as caught:
        read_registry(folder)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (1, "geometry")
    assert words in fault.message
