"""Page of the policy: documents, facts, dated parameters, the table of districts, targets and baselines."""

from collections.abc import Iterator
from typing import Any

import yaml

from allocator.domain.vocabulary import Function
from allocator.goals import GOALS
from allocator.rules import RULES
from docs.pages.markdown import page, table
from seeds.dated_values import read
from seeds.policy_facts import Counted, baseline, documents, not_read, policy_facts, targets

BUILT = {rule.id: "rules.md" for rule in RULES} | {goal.id: "goals.md" for goal in GOALS}
"""What a fact can name that has a page of its own."""

DATA = {
    "options": "reasons.md",
    "vocabulary": "formats.md",
    "kinds-for": "policy.md",
    "kpi": "policy.md",
    "compare": "../how-to/compare-scenarios.md",
}
"""What a fact can name that is data or a page."""


def policy() -> str:
    """Page of what the policy says and what became of it."""
    introduction = (
        "What the policy documents say, in our own words, and the dated values that rules and goals use. How the one "
        "became the other, and what is our reading, is told in [the policy as data](../explanation/policy.md). To "
        "change a value, see [change a policy value](../how-to/change-a-policy-value.md)."
    )
    return page("Policy", introduction, *_documents(), *_facts(), *_parameters(), *_districts(), *_targets())


def _documents() -> Iterator[str]:
    yield "## Documents"
    yield "Facts and values cite these documents by file name."
    rows = (
        (
            f"`{document['file']}`",
            f"{document['title_en']} {document['title_zh']}",
            f"{document['publisher_en']} {document['publisher_zh']}",
            document["published"] or "not dated",
            "authority" if document["authority"] else "background",
        )
        for document in documents()
    )
    yield table(("file", "title", "publisher", "published", "weight"), rows)
    yield from (f"`{document['file']}`: {document['note'].strip()}" for document in documents() if "note" in document)
    yield "### Not yet read"
    yield "Newer policy that is known of; no fact, value or rule follows from it."
    yield "\n".join(f"- {each['title_en'].strip()} {each['title_zh']}: {each['note_en']}" for each in not_read())


def _facts() -> Iterator[str]:
    yield "## Facts"
    yield (
        "A fact is *modelled* when rules or goals follow it, *shown* when a page or report shows it, *recorded* when "
        "it is kept as data from which nothing follows, and *open* when nothing carries it. What is modelled or shown "
        "names a test that fails as soon as any one of its carriers is taken out."
    )
    for fact in policy_facts().values():
        yield f"### {fact.fact_id}"
        yield f"{fact.statement_en} {fact.statement_zh}"
        parts = f" by {', '.join(_part(name) for name in fact.by)}" if fact.by else ""
        yield f"{fact.kind}; `{fact.document}` §{fact.section}; from {fact.valid_from}; {fact.treatment}{parts}"
        yield from filter(None, [fact.note, fact.test and f"Test: `{fact.test.rpartition('::')[2]}`"])


def _part(name: str) -> str:
    if name in BUILT:
        return f"[`{name}`]({BUILT[name]})"
    return f"[{name}]({DATA[name]})"


def _parameters() -> Iterator[str]:
    yield "## Parameters"
    yield (
        "The value with the latest date that is not after the day of the policy holds. *Interpretation* means that the "
        "document gives the aim and we chose the figure."
    )
    for name, entry in read("parameters.yaml")["parameters"].items():
        yield f"### {name}"
        yield f"{entry['description_en']}. {entry['description_zh']}。"
        reading = "; interpretation" if entry["interpretation"] else ""
        fact = entry["policy"]
        yield f"Unit: {entry['unit']}; [{fact}](#{fact.lower()}), `{entry['document']}` §{entry['section']}{reading}"
        yield from filter(None, [entry.get("note", "").strip()])
        yield table(("from", "value"), ((value["from"], _value(value["value"])) for value in entry["values"]))
        yield from (_entries(value) for value in entry["values"] if _listed(value["value"]))


def _listed(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _entries(dated: Any) -> str:
    header = tuple(dict.fromkeys(key for entry in dated["value"] for key in entry))
    rows = (tuple(_value(entry[key]) if key in entry else "" for key in header) for entry in dated["value"])
    return f"From {dated['from']}:\n\n{table(header, rows)}"


def _value(value: Any) -> str:
    if value is None:
        return "no limit"
    if value == []:
        return "none"
    if _listed(value):
        return f"{len(value)} {'entries' if len(value) > 1 else 'entry'}, below"
    shown = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return f"`{shown.removesuffix('...' + chr(10)).strip()}`"


def _districts() -> Iterator[str]:
    yield "## Functions by district"
    yield (
        "The document gives the roles; this table of functions is our reading of them. An exception is possible, "
        "counted against `exception_budget` and reported one by one."
    )
    entries = read("districts.yaml")["districts"]
    yield "\n".join(
        f"- **{entry['name_en']} {entry['name_zh']}** ({entry['adcode']}, {entry['side']}, {entry['policy']}): "
        f"{entry['role_en']}. {entry['role_zh']}。"
        for entry in entries
    )
    header = ("district", "from", *(function.value for function in Function))
    rows = (
        (entry["name_en"], dated["from"], *(dated["value"][function.value] for function in Function))
        for entry in entries
        for dated in entry["permissions"]
    )
    yield table(header, rows)


def _targets() -> Iterator[str]:
    yield "## Targets"
    yield "A target is shown beside what a plan lets us count towards it. Nothing turns floor into money."
    yield table(
        ("id", "target", "value", "due", "source", "counted in a plan", "why"),
        (
            (
                f"`{target.target_id}`",
                f"{target.label_en} {target.label_zh}",
                f"{target.value:,} {target.unit}",
                target.due,
                f"{target.policy}, §{target.section}",
                _counted(target.counted),
                target.reason,
            )
            for target in targets()
        ),
    )
    yield "## Baseline"
    yield "Where the industry stood. Sources that differ stand side by side."
    yield table(
        ("id", "year", "value", "document"),
        (
            (f"`{each.figure_id}`", each.year, f"{_qualifier(each.qualifier)}{each.value:g} {each.unit}", _cite(each))
            for each in baseline()
        ),
    )


def _counted(counted: Counted | None) -> str:
    if counted is None:
        return "nothing"
    functions = f" with {', '.join(counted.functions)}" if counted.functions else ""
    return f"placed projects of tier {', '.join(counted.tiers)}{functions} (assumed)"


def _qualifier(qualifier: str) -> str:
    return "" if qualifier == "exact" else f"{qualifier} "


def _cite(figure: Any) -> str:
    return f"`{figure.document}` §{figure.section}"
