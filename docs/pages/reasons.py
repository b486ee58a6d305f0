"""Page of the codes by which refusals, blocked sites and breaches are named."""

import inspect
import re

from allocator.checking import verify
from allocator.problem.options import TESTS
from allocator.rules import RULES
from docs.pages.markdown import page, table
from maps.payload.reason_labels import REASONS, UNFIT, Label
from service.application.plans import claim_check

NEEDED: dict[str, tuple[str, str, str]] = {
    "no-space": ("a space", "none", ""),
    "lease": ("space of the lease that the firm has signed", "this space", ""),
    "kind": ("kinds that can serve the function", "kind of the space", ""),
    "district": ("adcodes that the request accepts", "adcode of the space", ""),
    "area": ("floor that it would take, in whole lots", "floor of the whole space, let or not", "m²"),
    "load": ("least floor load", "permitted floor load", "kPa"),
    "height": ("least clear height", "clear height", "m"),
    "power": ("power drawn", "largest connection for one tenant", "kW"),
    "cleanroom": ("least clean class that will do", "cleanest class on offer", "ISO class, lower is cleaner"),
    "ground_floor": ("ground floor", "upper floor", ""),
    "eia": ("assessment level of the activity", "heaviest level permitted", "exempt < form < report"),
    "utilities": ("supplies that are missing", "supplies on offer", ""),
    "rent": ("most rent it can pay", "rent asked", "yuan per m² and month"),
    "window": ("start months and length of the lease", "months in which the space may be let", "YYYY-MM"),
}
"""What the two numbers of each test are, and their unit."""

CLAIMS = {
    "site/unknown-component": "The plan names a component that the batch does not have.",
    "site/unknown-space": "The plan names a space that the registry does not have.",
    "site/floor-taken": "The floor stated is not the component's area in whole lots of the space.",
    "site/start": "The lease starts outside the months in which it may.",
    "site/pieces": "The floors stated are not whole floors of one building and the rest in one more, or too many.",
    "site/stays": "The plan moves a tenant to the space where it sits.",
    "claim/value": "The value stated for a goal is not the value measured.",
    "claim/bound": "The bound stated for a goal is worse than the value measured, so it cannot be a bound.",
    "claim/unknown-goal": "The plan states a value for a goal or tier that its inputs do not ask for.",
    "claim/inputs": "The inputs in the file are not those whose hash it states.",
    "claim/plan-id": "The id is not the one that follows from inputs, status and assignments.",
    "claim/goals": "The goals listed, or their tiers, are not those that the inputs ask for, in that order.",
    "claim/gap": "A gap is not the distance between value and bound.",
    "claim/proof": "An engine is said to have proved a value that the bound does not equal, or that did not run.",
    "claim/unit": "The unit stated for a goal is not its unit.",
    "claim/measure": "The measure stated for a goal is not the value measured.",
    "claim/kpi": "A figure beside the targets, or what is said of it, is not what the plan and the policy give.",
    "claim/status": "The status, or `verified`, is not what follows from the goals, their bounds and proofs.",
    "claim/assignment": "What is said of an assignment's park, rent or stage does not follow from the inputs.",
    "claim/tenant-moves": "The moves of tenants are not those of tenants who may move, as the registry knows them.",
    "claim/unplaced": "The projects listed as not placed are not those that the plan leaves out.",
    "claim/reason": "The reasons why a project is not placed are not those that the plan gives, explained anew.",
    "claim/conflict": "A conflict stands in a file that is not infeasible, or names no row of a known rule.",
}
"""Breaches that belong to no rule."""

CODE = re.compile(r'"((?:site|claim)/[a-z-]+)"')


def codes() -> list[str]:
    """Codes of the tests that a component and a space must pass, in their order."""
    return [test.__name__.removeprefix("_") for test in TESTS]


def breach_codes() -> set[str]:
    """Codes that the check uses outside the rules, as its source spells them."""
    return {code for part in (verify, claim_check) for code in re.findall(CODE, inspect.getsource(part))}


def reasons() -> str:
    """Page of the reason codes."""
    introduction = (
        "Every refusal has a code and two numbers: what is needed and what is offered. The codes stand in "
        "`plan.json`, in `dossiers.json`, in the workbook and, as words, on the map."
    )
    return page("Reasons", introduction, *_unfit(), *_verdicts(), *_unplaced(), *_breaches())


def _unfit() -> list[str]:
    rows = ((f"`{code}`", *_labels(UNFIT[code]), *NEEDED[code]) for code in (*codes(), "no-space"))
    return [
        "## Why a space does not suit a component",
        (
            "Every pair of component and space is tested in this order, and every reason is kept, not only the first. "
            "A pair without a reason is an option."
        ),
        table(("code", "English", "中文", "needed", "offered", "unit"), rows),
    ]


def _verdicts() -> list[str]:
    rows = (
        ("`chosen`", "The component stands there.", ""),
        ("`possible`", "It could move there alone, all others staying.", "change of every goal"),
        ("`blocked`", "A space suits it, but a rule stands against it while all others stay.", "rule, who holds floor"),
        ("`unfit`", "No space there suits it.", "reasons of the space that came nearest"),
    )
    return [
        "## What a park is to a component",
        "A dossier has a verdict for every park.",
        table(("verdict", "meaning", "given with it"), rows),
    ]


def _unplaced() -> list[str]:
    families = (
        ("`no-option/…`", "A component fits nowhere in the registry. The rest of the code is one of the tests above."),
        ("`refused/…`", "Spaces suit it, but a rule would refuse them in an empty plan too. The rest is the rule."),
        ("`displaced/…`", "Spaces suit it, but a rule and what others hold stand in the way. The rest is the rule."),
        ("`combination`", "Each component has a place, but not all of them together."),
        ("`not-worth-it`", "All of it has a place, but placing it would add no value."),
        ("`window-over`", "The last month in which a component would start is past when the plan begins."),
        ("`not-wanted`", "All of it has a place and would add value, but a goal that comes before value loses by it."),
        ("`not-found`", "All of it has a place and the goals would gain by it: more time finds it."),
        ("`not-explained`", "There was no time to work out why; the dossier, made when it is asked for, says it."),
        ("`newcomer`", "All of it has a place; it was not in the batch when the plan was made."),
    )
    rows = ((f"`{code}`", *_labels(label)) for code, label in REASONS.items() if not code.startswith("no-option/"))
    return [
        "## Why a project is not placed",
        table(("code", "meaning"), families),
        "The codes that do not come from a test:",
        table(("code", "English", "中文"), rows),
    ]


def _breaches() -> list[str]:
    rows = [(f"`{code}`", meaning) for code, meaning in CLAIMS.items()]
    rows.insert(2, ("`site/<test>`", "The space does not suit the component: one of the tests above, by its code."))
    return [
        "## What the check can find",
        (
            "`allocator check` lists breaches. A breach names a rule "
            f"({', '.join(f'`{rule.id}`' for rule in RULES)}; see [rules](rules.md)) or one of these:"
        ),
        table(("code", "meaning"), rows),
    ]


def _labels(label: Label) -> tuple[str, str]:
    return label["en"], label["zh"]
