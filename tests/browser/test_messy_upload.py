"""The story of a planner with a messy workbook of 25 firms: upload, mend on the page, store, solve; nothing twice."""

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.support.messy_workbook import NAMES, messy_workbook
from tests.support.visitor import site, visit

__all__ = ["site", "visit"]

MENDED = {"cell-8-4": "800", "cell-12-6": "0.25", "cell-16-4": "900", "cell-20-11": "4", "cell-24-12": "2.5"}
WORDS = {"国高": "高成长企业", "航天医学": "高端医学影像", "龙岗": "五区以外：忽略（不作为意向区）"}


def shot(page, name):
    """A picture of the whole page, where ``PAGE_SHOTS`` says."""
    if folder := os.environ.get("PAGE_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sent(page, path):
    page.click("nav >> text=上传批次")
    page.set_input_files("#file", path)
    page.click("button.main")
    page.wait_for_selector("#h-result")


def test_25_firms_of_a_messy_workbook_come_from_upload_to_plan_on_the_pages(site, visit, tmp_path):  # noqa: PLR0915  a story
    path = tmp_path / "南山区2026年四季度企业空间需求.xlsx"
    path.write_bytes(messy_workbook())
    planner = visit()
    planner.sign_in(site.keys["ada"])
    page = planner.page

    sent(page, path)
    expect(page.locator("#h-result")).to_have_text("8 处问题，须先处理")
    planner.looked_at()
    shot(page, "confirm-zh")
    page.goto(f"{page.url.split('?')[0]}?lang=en")
    planner.looked_at()
    shot(page, "confirm-en")
    page.goto(f"{page.url.split('?')[0]}?lang=zh")
    assert page.locator("details.columns-sure").get_attribute("open") is None
    assert page.locator("details.columns-doubtful").get_attribute("open") is not None
    expect(page.locator("#skipped li")).to_have_count(3)
    expect(page.locator("#left-out")).to_contain_text("尽快")
    expect(page.locator("#left-out")).to_contain_text("联系人及电话")
    expect(page.locator("#left-out")).to_contain_text("2025年旧表")

    for name, value in MENDED.items():
        page.fill(f'input[name="{name}"]', value)
    for word, label in WORDS.items():
        page.locator(".word.open").filter(has_text=word).locator("select").select_option(label=label)
    page.locator(".bottom button:text-is('应用并重新检查')").click()
    expect(page.locator("#h-result")).to_have_text("没有问题，可以入库")
    expect(page.locator("dl.figures dd").first).to_have_text(str(len(NAMES)))
    planner.looked_at()
    shot(page, "confirmed-zh")

    # the latest start of one part, a year later than assumed
    page.locator("#latest summary").click()
    month = page.locator("#latest input[type=month][min]").first
    field, assumed = month.get_attribute("name"), month.input_value()
    later = f"{int(assumed[:4]) + 1}{assumed[4:]}"
    month.fill(later)
    page.locator(".bottom button:text-is('应用并重新检查')").click()
    expect(page.locator("#h-result")).to_have_text("没有问题，可以入库")
    expect(page.locator(f'input[name="{field}"]')).to_have_value(later)
    page.locator("#latest summary").click()
    planner.looked_at()

    # the same sheet once more: neither columns, words nor cells are asked again
    sent(page, path)
    expect(page.locator("#h-result")).to_have_text("没有问题，可以入库")
    expect(page.locator("table.faults")).to_have_count(0)
    expect(page.locator("table.corrections tbody tr")).to_have_count(len(MENDED))
    expect(page.locator(f'input[name="{field}"]')).to_have_value(later)
    planner.looked_at()
    page.fill("#name", "南山四季度")
    page.locator(".bottom button:text-is('入库')").click()
    expect(page.locator("#said")).to_contain_text("批次已入库")

    # and once it is stored, it is known
    sent(page, path)
    expect(page.locator("#h-before")).to_have_text("可能重复")
    expect(page.locator("section.alert")).to_contain_text("南山四季度")
    planner.looked_at()
    shot(page, "sent-before-zh")
    page.locator(".bottom button:text-is('入库并替换')").click()
    expect(page.locator("#said")).to_contain_text("批次已入库")

    page.select_option("#time_limit", "30")
    page.fill("#run_name", "四季度方案")
    page.click("text=开始测算")
    page.wait_for_selector("text=求解完成。", timeout=240_000)
    page.click("text=查看方案")
    page.frame_locator("iframe.map").locator("html[data-ready]").wait_for()
    batches = site.client("ada").get("batches").json()["items"]
    states = {
        each["state"]
        for batch in batches
        for each in site.client("ada").get(f"batches/{batch['batch_id']}").json()["enquiries"]
    }
    assert states == {"open", "replaced"}
    plan = site.client("ada").get("plans").json()["items"][0]
    placed = site.client("ada").get(f"plans/{plan['plan_id']}/dossiers").json()["projects"]
    assert len(placed) == len(NAMES)
    inputs = site.client("ada").get(f"plans/{plan['plan_id']}/exports/plan.json").json()["inputs"]
    latest = [part["start_until"] for project in inputs["projects"] for part in project["components"]]
    assert latest.count(later) == 1
