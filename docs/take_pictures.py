"""Takes the pictures of every page: ``python -m docs.take_pictures`` into ``docs/pictures/page-*.png``.

It starts the product on a database of its own with the seed registry and the first projects of the seed batch, plans
and publishes them, uploads a district's table of foreign make, solves again on top of the plan in force, and goes
where a planner goes.
"""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from openpyxl import Workbook
from playwright.sync_api import Page, sync_playwright

from docs.take_picture import BROWSER, PICTURES, SWITCHES, save
from geodata.readers.read_files import RegistryRecords, read_projects
from seeds.load import batch_path
from service.app import create_app
from service.application.planning.submit_run import submit_run
from service.database import embedded
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.logins import SERVICE
from service.database.migrate import migrate
from service.identity.api_keys import make_key, pepper_of
from service.identity.roles import Principal, Role
from service.jobs.context import WorkerContext
from service.jobs.run_attempt import solve_run
from service.operations import bootstrap
from service.repositories import batches, registries
from service.settings import Settings, load_settings

DESK, PHONE = (1440, 900), (390, 844)
SETTLED_MS = 1500
FIRST, FIRST_SOLVE_S = 30, 45
"""Projects of the first plan, and the time that it gets."""

SOLVE_S = 40
PEOPLE = {"陈工": Role.PLANNER, "李审核": Role.REVIEWER, "王主任": Role.REVIEWER, "管理员": Role.ADMIN}

RANGE = "700-900"
TABLE: tuple[tuple[Any, ...], ...] = (
    ("坪山区医疗器械企业空间需求汇总表（2026 年第四季度）",),
    (
        "序号",
        "企业名称",
        "细分领域",
        "企业类型",
        "优先程度",
        "研发办公",
        None,
        "生产厂房",
        None,
        None,
        "意向区域",
        "入驻时间",
        "租期",
    ),
    (None, None, None, None, None, "面积(㎡)", "层高(m)", "面积(万㎡)", "楼面承重", "用电(kVA)", None, None, "(年)"),
    (
        1,
        "深圳迈影医疗科技有限公司",
        "影像设备",
        "链主企业",
        "高",
        1200,
        4,
        0.3,
        "≥8kN/㎡",
        300,
        "坪山、光明",
        "2026年四季度",
        5,
    ),
    (
        2,
        "深圳心途介入器械有限公司",
        "介入",
        "专精特新小巨人",
        "中",
        "700-900",
        4,
        "0.25万㎡",
        "750kg/㎡",
        200,
        "坪山区",
        "2027年",
        3,
    ),
    (3, "深圳康测基因有限公司", "航天", "高成长", "一般", "约1,500", 4, None, None, None, "不限", "尽快", "/"),
    ("合计", None, None, None, None, 3500, None, 0.55),
)
"""An invented table as districts send them; one word and one cell need a planner."""


class Site:
    """The product in this process, with a door to it."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = load_settings(
            data_dir=folder, pepper="a pepper of the pictures", time_limit_s=SOLVE_S
        )
        self._server = embedded.start(folder / "database")
        owner = open_engine(embedded.url_of(self._server, "pictures"), pool_size=1)
        migrate(owner, SERVICE)
        owner.dispose()
        self.url = embedded.service_url_of(self._server, "pictures")
        self.engine = open_engine(self.url)
        self._first_batch()
        with transaction(self.engine, SYSTEM) as connection:
            made = {
                who: make_key(connection, pepper_of(self.settings), Principal(who, role), "docs")
                for who, role in PEOPLE.items()
            }
        self.keys = {who: key for who, (_, key) in made.items()}

    def _first_batch(self) -> None:
        """The seed registry, a part of the seed batch, and a run of it."""
        records = bootstrap.seed_registry()
        projects = read_projects(batch_path(), records)[:FIRST]
        supply = RegistryRecords(parks=records.parks, spaces=records.spaces, tenancies=records.tenancies)
        with transaction(self.engine, SYSTEM) as connection:
            registries.store(connection, "docs", supply, "种子台账 seed registry")
            batch_id = batches.store(connection, "陈工", None, projects, "第三季度批次", batch_path().name, b"seed")
            asked = {"name": "第三季度方案", "batches": [batch_id], "basis": "nothing", "time_limit_s": FIRST_SOLVE_S}
            submit_run(connection, "陈工", None, asked, lambda row: registries.records_of(row["document"]), quota=None)

    def solve_next(self) -> None:
        """Do the run that waits longest, as a worker would."""
        with transaction(self.engine, SYSTEM) as connection:
            run_id = connection.exec_driver_sql(
                "SELECT run_id FROM allocator.run WHERE state = 'queued' ORDER BY number LIMIT 1"
            ).scalar_one()
        print(solve_run(WorkerContext(self.settings, self.engine, "pictures"), run_id), flush=True)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
        embedded.stop(self._server)


@contextmanager
def listening(site: Site) -> Iterator[str]:
    """Address of the product while it is served."""
    door = socket.create_server(("127.0.0.1", 0))
    app = create_app(site.settings, site.url)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{door.getsockname()[1]}/pages"
    server.should_exit = True
    thread.join(30)
    app.state.house.engine.dispose()


class Planner:
    """Somebody at a browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def sign_in(self, key: str) -> None:
        """Sign in, after whoever was there signed out."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#key", key)
        self.page.click("button.main")

    def shoot(self, name: str, place: str | None = None) -> None:
        """A picture of where one stands, or of another place."""
        if place is not None:
            self.page.goto(f"{self.address}{place}")
        self.page.wait_for_timeout(SETTLED_MS)
        save(self.page.screenshot(), f"page-{name}.png")
        print(f"page-{name}.png", flush=True)


def table(path: Path, *, mended: bool = False) -> Path:
    """The foreign table as a workbook, as it was sent or as its sender mended it."""
    book = Workbook()
    for row in TABLE:
        book.worksheets[0].append([800 if mended and cell == RANGE else cell for cell in row])
    book.save(path)
    return path


def review(planner: Planner, site: Site) -> None:
    """Propose, approve and publish the plan one stands on, each step by its person."""
    place = planner.page.url.removeprefix(planner.address) + "/review"
    for who, verb in (("陈工", "propose"), ("李审核", "approve"), ("王主任", "publish")):
        planner.sign_in(site.keys[who])
        planner.page.goto(f"{planner.address}{place}")
        planner.page.click(f'form[action$="/{verb}"] button')


def story(planner: Planner, site: Site, folder: Path) -> None:
    """Go where a planner goes, and take a picture of each page."""
    page = planner.page
    planner.shoot("sign-in", "/sign-in")
    planner.sign_in(site.keys["陈工"])
    site.solve_next()
    page.goto(f"{planner.address}/inbox")
    page.click("#h-plans ~ * a")
    review(planner, site)
    planner.sign_in(site.keys["陈工"])
    planner.shoot("upload", "/upload")
    page.set_input_files("#file", table(folder / "坪山区空间需求.xlsx"))
    page.click("button.main")
    planner.shoot("columns")
    page.goto(f"{planner.address}/upload")
    page.set_input_files("#file", table(folder / "坪山区空间需求.xlsx", mended=True))
    page.click("button.main")
    page.select_option(".word.open select", "gene_sequencing")
    page.fill("#name", "坪山区第四季度")
    page.click('button[value="apply"]')
    page.click('button[value="store"]')
    planner.shoot("batch")
    page.fill("#run_name", "第四季度方案")
    page.click("text=开始测算")
    solving = threading.Thread(target=site.solve_next, daemon=True)
    solving.start()
    page.wait_for_selector("#curve path", state="attached", timeout=SOLVE_S * 1000)
    planner.shoot("run")
    solving.join()
    page.goto(f"{planner.address}/inbox")
    page.click("#runs a:text-is('查看方案')")
    plan = page.url.removeprefix(planner.address)
    page.frame_locator("iframe.map").locator("html[data-ready]").wait_for()
    planner.shoot("plan")
    page.click("#answers button")
    page.locator("#answers").scroll_into_view_if_needed()
    planner.shoot("questions")
    page.click("#answers button:text-is('停止')")
    page.click("#projects tbody tr[data-state=placed] a")
    planner.shoot("project")
    page.goto(f"{planner.address}{plan}/review")
    page.click('form[action$="/propose"] button')
    records(planner, site, plan)


def records(planner: Planner, site: Site, plan: str) -> None:
    """Go where reviewers and operators look things up."""
    page = planner.page
    planner.sign_in(site.keys["李审核"])
    planner.shoot("inbox", "/inbox")
    planner.shoot("review", f"{plan}/review")
    for name in ("where", "parks", "registry"):
        planner.shoot(name, f"/{name}")
    page.goto(f"{planner.address}/compare")
    page.click("form[data-again] button.main")
    planner.shoot("compare")
    planner.sign_in(site.keys["管理员"])
    page.goto(f"{planner.address}/nights")
    page.click('form[action$="/nights"] button')
    site.solve_next()
    page.reload()
    planner.shoot("night")
    planner.shoot("nights", "/nights")
    planner.shoot("audit", "/audit")
    planner.shoot("error", "/nothing")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    planner.shoot("phone", plan)


def main() -> None:
    """Take every picture."""
    PICTURES.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="allocator-pictures-"))
    folder.chmod(0o755)
    site = Site(folder)
    try:
        with listening(site) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=SWITCHES)
            page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
            page.set_default_timeout(60_000)
            story(Planner(page, address), site, folder)
            browser.close()
    finally:
        site.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
