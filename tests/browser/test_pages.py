"""The planner's story in Chromium on the real service: from a foreign workbook to a plan in force, by the inbox alone.

On every page that the story comes to: nothing in the console, nothing from elsewhere, no violation of the policy, no
violation of WCAG A and AA, and names of any kind are text.
"""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.support.foreign_sheets import FIRMS, district_table
from tests.support.visitor import HOSTILE, hostile_batch, site, visit

__all__ = ["site", "visit"]


def foreign(folder: Path) -> Path:
    """A district's table in which one word is unknown and one area is a range."""
    firms = [list(firm) for firm in FIRMS]
    firms[0][2], firms[1][5] = "航天", "700-900"
    path = folder / "南山区企业空间需求.xlsx"
    path.write_bytes(district_table(firms))
    return path


def mended(path: Path) -> Path:
    """The marked file as a planner corrects it: only the commented cells are touched."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    marked = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.comment]
    assert [cell.value for cell in marked] == ["700-900"]
    marked[0].value = 800
    book.save(path)
    return path


def test_from_a_foreign_workbook_to_a_plan_in_force_by_the_inbox_alone(site, visit, tmp_path):  # noqa: PLR0915  a story
    hostile_batch(site)
    planner = visit()
    planner.sign_in(site.keys["ada"])
    page = planner.page

    page.click("text=上传新批次")
    planner.looked_at()
    page.set_input_files("#file", foreign(tmp_path))
    expect(page.locator("#chosen")).to_contain_text("南山区企业空间需求.xlsx")
    page.click("button.main")
    expect(page.locator("#h-result")).to_have_text("2 处问题，须先处理")
    planner.looked_at()
    page.select_option(".word.open select", label="生命信息与支持")
    page.click("text=应用并重新检查")
    expect(page.locator("#h-result")).to_have_text("1 处问题，须先处理")
    expect(page.locator("table.faults")).to_contain_text("F5")
    with page.expect_download() as download:
        page.click("text=下载标注文件")
    download.value.save_as(tmp_path / "marked.xlsx")

    page.click("nav.crumbs >> text=上传批次")
    page.set_input_files("#file", mended(tmp_path / "marked.xlsx"))
    page.fill("#name", "南山区秋季批次")
    page.click("button.main")
    expect(page.locator("#h-result")).to_have_text("没有问题，可以入库")
    planner.looked_at()
    page.click("button:text-is('入库')")
    expect(page.locator("#said")).to_contain_text("批次已入库")
    planner.looked_at()

    page.select_option("#which", "all")
    page.select_option("#time_limit", "30")
    page.fill("#run_name", "秋季方案")
    page.click("text=开始测算")
    expect(page.locator("#phase")).to_be_visible()
    expect(page.locator("#state")).not_to_contain_text("排队中", timeout=60_000)
    expect(page.locator("#said")).to_be_empty()
    planner.looked_at()
    page.wait_for_selector("text=求解完成。", timeout=180_000)
    planner.looked_at()
    page.click("text=查看方案")
    map_frame = page.frame_locator("iframe.map")
    map_frame.locator("html[data-ready]").wait_for()
    planner.looked_at()
    page.fill("#find", "迈影")
    expect(page.locator("#projects tbody tr:visible")).to_have_count(1)
    page.click("#projects tbody tr:visible a")
    expect(page.locator("h1")).to_contain_text("深圳迈影医疗科技有限公司")
    planner.looked_at()
    page.go_back()
    page.fill("#find", "EVIL-0")
    page.click("#projects tbody tr:visible a")
    expect(page.locator("h1")).to_have_text(HOSTILE[0])
    planner.looked_at()
    page.click("nav.crumbs >> text=秋季方案")
    page.click("text=审核与公布")
    planner.looked_at()
    page.click("text=提交审核 >> visible=true >> nth=-1")
    expect(page.locator("#said")).to_contain_text("已提交审核")
    planner.looked_at()
    planner.sign_out()

    reviewer = visit()
    reviewer.sign_in(site.keys["ben"])
    expect(reviewer.page.locator("#h-review")).to_have_text("待审核的方案")
    reviewer.page.click("section.alert a")
    reviewer.page.click("text=审核与公布")
    reviewer.looked_at()
    reviewer.page.click("button:text-is('批准')")
    expect(reviewer.page.locator("#said")).to_contain_text("已批准")
    reviewer.page.reload()
    expect(reviewer.page.locator("#said")).to_be_empty()
    reviewer.page.click("summary:text-is('公布，成为现行方案')")
    reviewer.looked_at()
    reviewer.page.click("button:text-is('确认公布')")
    expect(reviewer.page.locator("#said")).to_contain_text("已公布")
    reviewer.looked_at()
    published = site.client("ada").get("plans/published").json()
    assert (published["name"], published["proposed_by"], published["approved_by"]) == ("秋季方案", "ada", "ben")
    assert "深圳迈影医疗科技有限公司" in {each["enterprise"] for each in dossiers(site, published)}


def dossiers(site, plan):
    ids = site.client("ada").get(f"plans/{plan['plan_id']}/dossiers").json()["projects"]
    return [site.client("ada").get(f"plans/{plan['plan_id']}/dossiers/{each}").json() for each in ids]


PLACES = (
    "/inbox",
    "/upload",
    "/plans/published",
    "/where",
    "/parks",
    "/compare",
    "/nights",
    "/registry",
    "/audit",
    "/nothing",
)
"""Places that are the same whatever is stored; the places of what is stored are read off the inbox."""


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_every_page_holds_in_english_on_a_desk_and_a_phone(site, visit, size):
    visitor = visit(*size)
    visitor.sign_in(site.keys["max"])
    page = visitor.page
    page.goto(f"{site.address}/pages/inbox?lang=en")
    expect(page.locator("h1")).to_have_text("Inbox")
    links = [str(each.get_attribute("href")) for each in page.locator("main a").all()]
    kept = {re.sub(r"(?<=-)[0-9a-f]{12}", "", link): link for link in links}.values()
    for place in (*PLACES, *(link.removeprefix("/pages") for link in kept)):
        page.goto(f"{site.address}/pages{place}")
        if place == "/nothing":
            visitor.wrongs[:] = [each for each in visitor.wrongs if "404" not in each]
        visitor.looked_at()
