import copy
import json
import re
from html.parser import HTMLParser

import folium
import pytest

from allocator.checking.verify import verify
from allocator.domain.plan import Plan
from maps.folium_frame import TileSource, draw_frame
from maps.page import plan_html
from maps.payload.payload import overview_payload
from maps.single_file import SCRIPTS, STATIC, embedded_json, page_script, script_safe
from tests.unit.maps.boundaries import boundaries
from tests.unit.maps.city import START, caption, draw_problem, labels, payload, verified
from tests.unit.maps.hostile import NAMES, hostile_name, traces


class Page(HTMLParser):
    """Scripts, data blocks and every attribute of a page."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.data, self.attributes, self.tags, self.inside = [], [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self.inside = self.data if dict(attrs).get("type") == "application/json" else self.scripts
            self.inside.append("")

    def handle_endtag(self, tag):
        if tag == "script":
            self.inside = None

    def handle_data(self, data):
        if self.inside is not None:
            self.inside[-1] += data


@pytest.fixture(scope="module")
def html():
    return plan_html(payload(), boundaries())


def attribute(page, tag, name):
    return [value for one, key, value in page.attributes if (one, key) == (tag, name)]


def test_the_page_asks_for_nothing_from_outside(html):
    page = Page(html)
    links = [value for _, name, value in page.attributes if name in {"src", "href", "srcset", "action", "data"}]
    assert all(value.startswith(("data:", "#")) for value in links), links
    assert "link" not in {tag for tag, name, value in page.attributes if name == "rel" and value == "stylesheet"}
    assert not re.search(r"url\((?!data:|#)", re.sub(r"behavior: url\(#default#VML\)", "", html))
    assert "@import" not in html


def test_the_only_addresses_in_the_page_are_names_of_namespaces(html):
    assert set(re.findall(r"https?://[\w.-]+", html)) <= {"http://www.w3.org"}


def test_the_page_names_its_language_and_title_and_may_be_zoomed(html):
    page = Page(html)
    assert attribute(page, "html", "lang") == ["zh-CN"]
    assert "<title>医疗器械产业空间安排方案 · plan-0042</title>" in html
    assert "user-scalable" not in html
    assert {"main", "aside", "h1"} <= set(page.tags)


def test_the_policy_names_every_script_by_hash_and_allows_nothing_else(html):
    page = Page(html)
    policy = next(
        value for tag, name, value in page.attributes if (tag, name) == ("meta", "content") and "default-src" in value
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.split("script-src")[1].split(";")[0].count("'sha256-") == len(page.scripts) == 3


SINKS = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser")


@pytest.mark.parametrize("sink", SINKS)
def test_no_script_of_ours_parses_markup_from_strings(sink):
    assert sink not in page_script()


def test_every_part_of_the_script_is_loaded():
    assert sorted(path.stem for path in (STATIC / "planmap").glob("*.js")) == sorted(SCRIPTS)


@pytest.mark.parametrize("name", NAMES)
def test_embedded_json_survives_the_html_parser(name):
    text = embedded_json({"name": name, name: 1})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"name": name, name: 1}
    page = Page(f'<script type="application/json">{text}</script>')
    assert json.loads(page.data[0])["name"] == name


def test_a_lone_surrogate_does_not_stop_the_page():
    text = embedded_json({"name": "\ud83c"})
    assert json.loads(text.encode("utf-8")) == {"name": "\ud83c"}


def test_a_script_that_would_close_its_element_is_refused():
    with pytest.raises(ValueError, match="would end"):
        script_safe("let x = '</SCRIPT>'")


def hostile_payload():
    problem = draw_problem(projects=36, parks=18, name=hostile_name)
    told = {**labels(), "segment": {name: {"zh": NAMES[4], "en": NAMES[1]} for name in labels()["segment"]}}
    stated = caption(title_zh=NAMES[6], title_en=NAMES[0], plan_id=NAMES[1], engine=NAMES[3], approval=NAMES[8])
    return overview_payload(verified(problem), stated, told)


def test_hostile_names_are_neither_evaluated_nor_lost():
    made = hostile_payload()
    html = plan_html(made, boundaries())
    page = Page(html)
    shown = json.loads(page.data[0])
    assert {key: value for key, value in shown.items() if key in made} == json.loads(json.dumps(made))
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1]
    assert not any(trace in title for trace in traces())
    assert page.scripts == Page(plan_html(payload(), boundaries())).scripts
    assert len(page.data) == 1
    assert "onerror" not in {name for _, name, _ in page.attributes}


def test_the_frame_takes_nothing_but_geometry_and_code_from_the_boundaries():
    poisoned = copy.deepcopy(boundaries())
    for feature in poisoned["features"]:
        feature["properties"].update(name_zh="{{7*7}}", name_en="</script>", note="{% x %}")
        feature["id"] = "{{7*7}}"
    assert draw_frame(poisoned, {}) == draw_frame(boundaries(), {})


def test_a_district_code_that_is_no_code_is_refused():
    poisoned = copy.deepcopy(boundaries())
    poisoned["features"][0]["properties"]["adcode"] = "{{7*7}}"
    with pytest.raises(ValueError, match="not a district code"):
        draw_frame(poisoned, {})


def test_drawing_a_page_leaves_foliums_defaults_alone():
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    draw_frame(boundaries(), {})
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before


def test_the_same_payload_gives_the_same_page(html):
    assert plan_html(payload(), boundaries()) == html


def test_the_scale_is_metric_only():
    assert "imperial: false" in draw_frame(boundaries(), {}).script


def test_tiles_are_off_until_asked_for_and_their_host_is_allowed():
    source = TileSource("天地图 vector", "https://t{s}.tiles.example/vec?x={x}&y={y}&z={z}", "Tiles example")
    html = plan_html(payload(), boundaries(), [source])
    assert "img-src data: https://*.tiles.example" in html
    assert "tile_layer_0.addTo(" not in html.replace(" ", "")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x/{{7*7}}", "https://x/{% x %}", "https://x/' + y + '"]
)
def test_tile_addresses_that_are_no_addresses_are_refused(url):
    with pytest.raises(ValueError, match="tile address"):
        TileSource("tiles", url, "credit")


def test_ten_thousand_placed_projects_and_three_hundred_parks_stay_below_three_megabytes():
    problem = draw_problem(projects=10_000, parks=300)
    made = overview_payload(verify(problem, Plan(())), caption(), labels())
    places = made["components"]["columns"].index("space")
    made["components"]["rows"] = [[*row[:places], 899, START, 12_345] for row in made["components"]["rows"]]
    assert len(plan_html(made, boundaries()).encode()) < 3_000_000
