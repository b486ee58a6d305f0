from datetime import date, timedelta

import pytest

from allocator.domain.vocabulary import Function, Permission, SpaceKind, Tier
from allocator.goals import GOALS
from allocator.rules import RULES
from docs.pages.policy import DATA
from geodata.to_domain.policy import to_policy
from seeds import dated_values
from seeds.dated_values import SeedError, read, sourced, valid_on
from seeds.load import load_districts, load_policy, policy_facts
from seeds.policy_facts import baseline, documents, targets
from tests.support.seed_batch import BATCH

PUBLISHED = date(2022, 6, 6)

FACTS = {
    "P-ROLE-NS",
    "P-ROLE-PS",
    "P-ROLE-LH",
    "P-ROLE-GM",
    "P-ROLE-YT",
    "P-NS-AXIS",
    "P-PRIORITY",
    "P-SUPPLY",
    "P-UTIL",
    "P-EIA",
    "P-PLATFORM",
    "P-SEGMENT",
    "P-TIER",
    "P-MIX",
    "P-LIFECYCLE",
    "P-TARGET",
    "P-BASELINE",
    "P-LINKAGE",
    "P-TRACK",
    "P-CHAIN",
}

# hq rnd pilot manufacturing testing animal clinical_demo platform; p preferred, a allowed, x exception
ROLES = {
    "440305": "ppaxaxaa",
    "440308": "apaxaxpa",
    "440309": "aapppaap",
    "440311": "apppaaaa",
    "440310": "aappppaa",
}
WORDS = {"p": Permission.PREFERRED, "a": Permission.ALLOWED, "x": Permission.EXCEPTION}


def test_every_fact_of_the_policy_documents_says_what_is_true_of_it():
    facts = policy_facts()
    assert set(facts) == FACTS
    for fact in facts.values():
        carried = fact.treatment in {"modelled", "shown"}
        assert carried or fact.treatment in {"recorded", "open"}, fact.fact_id
        assert bool(fact.test) is carried, fact.fact_id
        assert bool(fact.by) is (fact.treatment != "open"), fact.fact_id
        assert carried or fact.note, fact.fact_id
        assert fact.statement_zh
        assert fact.statement_en


def test_every_parameter_target_and_figure_speaks_of_a_known_fact():
    cited = [entry["policy"] for entry in read("parameters.yaml")["parameters"].values()]
    cited += [entry["policy"] for entry in read("districts.yaml")["districts"]]
    cited += [each.policy for each in (*targets(), *baseline())]
    assert set(cited) <= FACTS


def test_every_parameter_and_district_names_document_section_and_unit():
    for name, entry in read("parameters.yaml")["parameters"].items():
        assert sourced(entry, name)["unit"], name
        assert isinstance(entry["interpretation"], bool), name
        assert all(isinstance(value["from"], date) for value in entry["values"]), name
    for entry in read("districts.yaml")["districts"]:
        assert sourced(entry, entry["adcode"])["interpretation"] is True


@pytest.mark.parametrize("field", ["document", "section"])
def test_an_entry_without_a_source_is_refused(field):
    entry = read("parameters.yaml")["parameters"]["fit_points"]
    assert sourced(entry, "fit_points") is entry
    bare = {name: value for name, value in entry.items() if name != field}
    with pytest.raises(SeedError, match=f"fit_points names no {field}"):
        sourced(bare, "fit_points")


def test_an_entry_that_cites_an_unknown_document_is_refused():
    with pytest.raises(SeedError, match="does not list"):
        sourced({"document": "hearsay.txt", "section": "1"}, "x")


def test_roles_are_those_of_the_design():
    districts = {district.adcode: district for district in load_districts(BATCH)}
    assert set(districts) == set(ROLES)
    for adcode, row in ROLES.items():
        assert dict(districts[adcode].permissions) == dict(
            zip(Function, (WORDS[letter] for letter in row), strict=True)
        )
        assert "interpretation" in districts[adcode].source


def test_values_change_on_their_date_and_not_before():
    assert load_policy(BATCH - timedelta(days=1)).exception_budget is None
    assert load_policy(BATCH).exception_budget == 3


def test_nothing_is_valid_before_the_plan_was_published():
    load_policy(PUBLISHED)
    load_districts(PUBLISHED)
    before = PUBLISHED - timedelta(days=1)
    with pytest.raises(SeedError, match="no value on 2022-06-05"):
        load_policy(before)
    with pytest.raises(SeedError, match="no value on 2022-06-05"):
        load_districts(before)


def test_the_latest_value_counts_whatever_the_order_in_the_file():
    values = [{"from": date(2026, 1, 1), "value": 2}, {"from": date(2024, 1, 1), "value": 1}]
    assert [valid_on(values, day, "x") for day in (date(2025, 6, 1), date(2026, 1, 1))] == [1, 2]


def test_an_exception_costs_more_than_a_preferred_place_gives():
    points = load_policy(BATCH).fit_points
    assert points[Permission.PREFERRED] > points[Permission.ALLOWED] > 0
    assert points[Permission.EXCEPTION] + points[Permission.PREFERRED] < 0


def test_major_projects_come_first():
    policy = load_policy(BATCH)
    others = max(value for tier, value in policy.tier_points.items() if tier is not Tier.MAJOR)
    assert policy.tier_points[Tier.MAJOR] > 2 * others
    assert sorted(policy.priority_points) == sorted(policy.priority_points, key=policy.priority_points.__getitem__)


def test_every_kind_of_space_serves_a_function_and_reaches_the_domain():
    policy = to_policy(load_policy(BATCH))
    assert set().union(*policy.kinds_for.values()) == set(SpaceKind)
    assert {named.district for named in policy.named_projects} == {"440308", "440309", "440310"}
    assert all(named.source for named in policy.named_projects)


def test_figures_that_differ_between_sources_stand_side_by_side():
    by_figure = {each.figure_id: [] for each in baseline()}
    for each in baseline():
        by_figure[each.figure_id].append(each.value)
    assert by_figure["manufacturers"] == [1394, 1300, 1800]
    assert by_figure["firms_above_100m"] == [95, 100]
    assert 80.5 in by_figure["revenue"]
    assert 27.5 in by_figure["added_value"]


def test_targets_are_those_of_the_plan_and_none_turns_floor_into_money():
    values = {target.target_id: target.value for target in targets()}
    assert values | {"added_value": 65, "revenue": 200, "ten_bn_firms": 3, "world_known_bases": 5} == values
    assert values | {"hundred_bn_park": 1, "provincial_labs": 30, "applications": 800} == values
    assert values["innovative_approvals"] == 15
    assert all(target.counted is None for target in targets() if "yuan" in target.unit)
    assert all(target.reason for target in targets())


def test_one_document_is_the_authority():
    assert [document["file"] for document in documents() if document["authority"]] == ["004_221e538f8908b282.txt"]
    assert dated_values.known_documents() == {document["file"] for document in documents()}


def test_every_fact_names_rules_goals_and_data_that_exist():
    known = {rule.id for rule in RULES} | {goal.id for goal in GOALS} | DATA.keys()
    unknown = {(fact.fact_id, name) for fact in policy_facts().values() for name in fact.by if name not in known}
    assert unknown == set()
