"""Uploads on the pages: cells are mended in place, nothing chosen is asked twice, and what came before is named."""

import re

import pytest

from tests.support.foreign_sheets import workbook
from tests.support.upload_forms import as_filled, uploaded

HEADINGS = (
    "企业名称",
    "细分领域",
    "企业类型",
    "优先程度",
    "用途",
    "需求面积(㎡)",
    "净高(m)",
    "承重(kN/㎡)",
    "意向区域",
    "入驻时间",
    "联系电话",
)


def row(name, **at):
    cells = [name, "体外诊断", "高成长企业", "4", "研发", 1200, 4.5, 5, "坪山", "2027-01", "0755-1234567"]
    for place, value in at.items():
        cells[int(place[1:])] = value
    return cells


MADE: dict[str, bytes] = {}


def sent(person, *rows, name="需求表.xlsx", headings=HEADINGS, **fields):
    """Upload a workbook of these rows; its place and its page."""
    # a workbook holds the second in which it was made: the same file has the same
    content = MADE.setdefault(repr((headings, rows)), workbook([headings, *rows], notes=False))
    answer = uploaded(person, content, name, **fields)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"].removeprefix("/pages")
    return place, person.get(place).text


def applied(person, place, page, then="apply", **fields):
    """The page after the form was sent with some answers changed."""
    given = as_filled(page)
    for name, value in fields.items():
        given[name] = value if isinstance(value, list) else [value]
    answer = person.send(place, {**given, "then": then}, page)
    assert answer.status_code in {200, 303}, answer.text
    return answer if then != "apply" else person.get(place).text


def chosen(page, field, **meant):
    """Answers to the words of a field."""
    filled = as_filled(page)
    spelt, codes = filled[f"spelt-{field}"], list(filled[f"meant-{field}"])
    for word, code in meant.items():
        codes[spelt.index(word)] = code
    return codes


@pytest.fixture
def ada(fresh, browse):
    return browse("ada", fresh)


def test_a_faulty_cell_is_mended_on_the_page_without_another_upload(ada):
    place, page = sent(ada, row("甲医疗器械", _5="700-900"), row("乙医疗器械"))
    assert "1 处问题" in page
    assert re.search(r'name="cell-2-5" value="700-900"', page)
    page = applied(ada, place, page, **{"cell-2-5": "800"})
    assert "没有问题，可以入库" in page
    assert "您更正的单元格" in page
    assert "您已改为“800”" in page
    stored = applied(ada, place, page, "store")
    batch = stored.headers["location"].removeprefix("/pages").split("?")[0]
    assert "800 m²" in ada.get(batch).text


def test_a_mended_cell_can_be_set_back(ada):
    place, page = sent(ada, row("甲医疗器械", _5="700-900"))
    page = applied(ada, place, page, **{"cell-2-5": "800"})
    page = applied(ada, place, page, **{"cell-2-5": "700-900"})
    assert "1 处问题" in page


def test_a_mended_cell_is_read_by_the_same_reader_in_the_unit_of_its_column(ada):
    headings = [*HEADINGS[:5], "需求面积(万㎡)", *HEADINGS[6:]]
    place, page = sent(ada, row("甲医疗器械", _5="0.1-0.2"), row("乙医疗器械", _5=0.3), headings=headings)
    page = applied(ada, place, page, **{"cell-2-5": "0.15-0.2"})
    assert "1 处问题" in page
    page = applied(ada, place, page, **{"cell-2-5": "0.15"})
    assert "没有问题，可以入库" in page
    assert "1,500" in page


def test_words_constants_and_cells_that_were_chosen_are_not_asked_again_for_the_same_sheet(ada):
    headings = [name for name in HEADINGS if name != "优先程度"]
    firms = [[cell for at, cell in enumerate(row("甲医疗器械", _1="航天", _5="700-900")) if at != 3]]
    place, page = sent(ada, *firms, headings=headings)
    applied(
        ada,
        place,
        page,
        **{"meant-segment": chosen(page, "segment", 航天="imaging"), "constant-priority": "5", "cell-2-4": "800"},
    )
    _, page = sent(ada, *firms, headings=headings)
    assert "没有问题，可以入库" in page
    assert "已沿用当时的列含义和词语对应" in page
    assert as_filled(page)["meant-segment"] == ["imaging"]
    assert as_filled(page)["constant-priority"] == ["5"]
    firms[0][4] = 950
    _, page = sent(ada, *firms, headings=headings)
    assert "没有问题，可以入库" in page
    assert "950" in page
    assert "您更正的单元格" not in page


def test_a_remembered_mapping_follows_its_headings_and_can_be_dropped(ada):
    place, page = sent(ada, row("甲医疗器械", _1="航天"))
    applied(ada, place, page, **{"meant-segment": chosen(page, "segment", 航天="imaging"), "field-10": "source"})
    turned = [HEADINGS[-1], *HEADINGS[:-1]]
    firm = row("乙医疗器械", _1="航天")
    place, page = sent(ada, [firm[-1], *firm[:-1]], headings=turned)
    assert as_filled(page)["field-0"] == ["source"]
    assert as_filled(page)["field-6"] == ["floor_area_m2"]
    assert "没有问题，可以入库" in page
    applied(ada, place, page, "afresh")
    page = ada.get(place).text
    assert as_filled(page)["field-0"] == [""]
    assert "1 处问题" in page


def test_what_one_person_confirmed_is_no_suggestion_to_another(fresh, browse):
    ada, max_ = browse("ada", fresh), browse("max", fresh)
    place, page = sent(ada, row("甲医疗器械", _1="航天"))
    applied(ada, place, page, **{"meant-segment": chosen(page, "segment", 航天="imaging")})
    _, page = sent(max_, row("甲医疗器械", _1="航天"))
    assert "1 处问题" in page


def test_a_district_outside_the_five_can_be_ignored(ada):
    place, page = sent(ada, row("甲医疗器械", _8="坪山、龙岗"))
    assert "1 处问题" in page
    assert "五区以外：忽略" in page
    page = applied(ada, place, page, **{"meant-districts": chosen(page, "districts", 龙岗="-")})
    assert "没有问题，可以入库" in page
    assert "按您的选择忽略" in page
    stored = applied(ada, place, page, "store")
    batch = stored.headers["location"].split("/")[-1].split("?")[0]
    record = ada.desk.ask("ada", "GET", f"batches/{batch}").json()["enquiries"][0]["record"]
    assert record["components"][0]["districts"] == ["440310"]


def test_sure_columns_are_folded_and_doubtful_ones_stand_open(ada):
    _, page = sent(ada, row("甲医疗器械", _2="上市公司"))
    sure = re.search(r'<details class="panel columns-sure">(.*?)</details>', page, re.DOTALL)[1]
    assert "field-0" in sure
    doubtful = re.search(r'<details class="panel columns-doubtful" open>(.*?)</details>', page, re.DOTALL)[1]
    assert "field-2" in doubtful
    words = re.search(r'<details class="panel words-doubtful" open>(.*?)</details>', page, re.DOTALL)[1]
    assert "上市公司" in words
    assert "把握较小" in words


def test_everything_left_out_is_listed(ada):
    _, page = sent(
        ada, row("甲医疗器械", _9="尽快"), row("合计", **{f"_{n}": None for n in (1, 2, 3, 4, 6, 7, 8, 9, 10)})
    )
    assert "3 未采用或推测的内容" in page
    listed = page[page.index('id="h-left-out"') :]
    assert "第 3 行：" in listed
    assert "尽快" in listed
    assert "联系电话" in listed
    assert "0755" not in listed


def test_the_same_file_is_named_and_takes_the_place_of_its_enquiries(ada):
    firms = row("甲医疗器械"), row("乙医疗器械")
    place, page = sent(ada, *firms)
    assert "可能重复" not in page
    applied(ada, place, page, "store", name="秋季")
    place, page = sent(ada, *firms)
    assert "这个文件已经入库" in page
    assert "秋季" in page
    assert page.count("需求相同") == 2
    answer = applied(ada, place, page, "replace")
    assert answer.headers["location"].endswith("said=stored")
    batches = ada.desk.ask("ada", "GET", "batches").json()["items"]
    states = [
        each["state"]
        for batch in batches
        for each in ada.desk.ask("ada", "GET", f"batches/{batch['batch_id']}").json()["enquiries"]
    ]
    assert sorted(states) == ["open", "open", "replaced", "replaced"]


def test_a_firm_whose_needs_changed_is_named_and_both_can_be_kept(ada):
    place, page = sent(ada, row("甲医疗器械（深圳）"))
    applied(ada, place, page, "store")
    place, page = sent(ada, row("甲医疗器械 (深圳)", _5=1500))
    assert "这个文件已经入库" not in page
    assert "需求有变化" in page
    assert "另存为新需求" in page
    assert applied(ada, place, page, "store").status_code == 303
    batches = ada.desk.ask("ada", "GET", "batches").json()["items"]
    assert len(batches) == 2


def test_two_rows_of_one_firm_with_the_very_same_words_are_asked_about(ada):
    place, page = sent(ada, row("甲医疗器械"), row("甲医疗器械"))
    assert "与第 2 行的需求完全相同" in page
    kept = applied(ada, place, page, **{"row-3": "keep"})
    assert "没有问题，可以入库" in kept
    assert "2,400 m²" in kept
    place, page = sent(ada, row("乙医疗器械"), row("乙医疗器械"))
    out = applied(ada, place, page, **{"row-3": "out"})
    assert "没有问题，可以入库" in out
    assert "已由您略过" in out
    assert "<dd>1,200 m²</dd>" in out


def test_the_buttons_stand_at_the_bottom_too(ada):
    _, page = sent(ada, row("甲医疗器械"))
    assert page.count('name="then" value="store"') == 2
    assert page.count('name="then" value="apply"') == 2


def latest_of(page):
    """The latest starts that the page shows, by row and part, and whether each is marked as wrong."""
    found = re.findall(r'<input type="month" name="latest-([^"]+)" value="([^"]*)"([^>]*)>', page)
    return {place: (month, "aria-invalid" in more) for place, month, more in found}


def test_the_latest_start_of_a_part_is_shown_changed_kept_and_stored(desk, browse):
    person = browse("ada")
    place, page = sent(person, row("最晚甲医疗"), row("最晚乙医疗", c9="2026-10"), row("最晚丙医疗", c9="尽快"))
    assert latest_of(page) == {"2-rnd": ("2028-01", False), "3-rnd": ("2027-10", False), "4-rnd": ("", False)}
    given = {"latest-2-rnd": "2027-06", "shown-2-rnd": "2028-01", "latest-3-rnd": "2027-10", "shown-3-rnd": "2027-10"}
    page = applied(person, place, page, **given)
    assert latest_of(page)["2-rnd"] == ("2027-06", False)
    page = applied(person, place, page)
    assert latest_of(page)["2-rnd"] == ("2027-06", False)
    # what is shown and left alone stays; what is cleared is the default again
    page = applied(person, place, page, **{"latest-2-rnd": "2027-06", "shown-2-rnd": "2027-06"})
    assert latest_of(page)["2-rnd"] == ("2027-06", False)
    page = applied(person, place, page, **{"latest-3-rnd": "2027-03", "shown-3-rnd": "2027-10"})
    page = applied(person, place, page, **{"latest-3-rnd": "", "shown-3-rnd": "2027-03"})
    assert latest_of(page)["3-rnd"] == ("2027-10", False)
    stored = applied(person, place, page, then="store")
    batch = desk.get("batches/" + stored.headers["location"].split("?")[0].rsplit("/", 1)[-1]).json()
    kept = {each["record"]["enterprise"]: each["record"]["components"][0]["start_until"] for each in batch["enquiries"]}
    assert kept == {"最晚甲医疗": "2027-06", "最晚乙医疗": None, "最晚丙医疗": None}


@pytest.mark.parametrize(
    ("month", "words"), [("2026-12", "早于最早入驻月份"), ("2047-02", "240 个月以上"), ("soon", "不是月份")]
)
def test_a_latest_start_out_of_bounds_is_told_at_its_field(browse, month, words):
    person = browse("ada")
    place, page = sent(person, row(f"界外医疗{month}"))
    page = applied(person, place, page, **{"latest-2-rnd": month, "shown-2-rnd": "2028-01"})
    assert latest_of(page)["2-rnd"] == (month, True)
    assert words in re.search(r'<p class="note bad" id="latest-fault-1">(.*?)</p>', page)[1]
    assert 'name="then" value="store"' not in page
    page = applied(person, place, page, **{"latest-2-rnd": "2047-01", "shown-2-rnd": month})
    assert latest_of(page)["2-rnd"] == ("2047-01", False)
    assert 'name="then" value="store"' in page


def test_the_months_of_the_file_are_shown_and_may_be_changed_as_well(browse):
    person = browse("ada")
    headings = (*HEADINGS[:10], "最晚入驻")
    place, page = sent(person, [*row("表内医疗")[:10], "2027-09"], headings=headings)
    assert latest_of(page) == {"2-rnd": ("2027-09", False)}
    page = applied(person, place, page, **{"latest-2-rnd": "2027-05", "shown-2-rnd": "2027-09"})
    assert latest_of(page) == {"2-rnd": ("2027-05", False)}
    page = applied(person, place, page, **{"latest-2-rnd": "", "shown-2-rnd": "2027-05"})
    assert latest_of(page) == {"2-rnd": ("2027-09", False)}
