"""What a decision rests on: the clauses that had a say in it, and whether its figures are sourced or assumed."""

from collections import defaultdict
from collections.abc import Iterable

from allocator.domain.entities import Project
from allocator.explanation.dossier import Applied, Dossier, Evidence
from allocator.goals import BY_ID
from allocator.goals.value import ValuePlaced
from allocator.problem.problem import Problem
from allocator.rules import RULES

ROLES = "P-ROLE-"
"""How ids of facts begin that speak of one district's role."""


def applied(problem: Problem, project: Project, told: Dossier) -> tuple[Applied, ...]:
    """Sources of the rules and goals that had a say, each with their ids, in the order of the rules and goals.

    What the policy says of a district's role counts where the project stands in that district, or could by its repair;
    of districts that the registry does not have, nothing counts.
    """
    here = {_role(problem.district_of(space_id).source) for space_id in _spaces(told)}
    by: dict[str, list[str]] = defaultdict(list)
    spoken = _spoken(problem, project, told)
    rules = [(rule.id, rule.source) for rule in RULES if rule.id in spoken]
    for name, sources in (*rules, *((goal, BY_ID[goal].source) for goal in _scoring(told))):
        for source in sources:
            if not source.startswith(ROLES) or source in here:
                by[source].append(name)
    return tuple(Applied(source, tuple(dict.fromkeys(ids))) for source, ids in by.items())


def evidence(problem: Problem, project: Project, told: Dossier) -> tuple[Evidence, ...]:
    """The request, and the spaces and parks where the project stands or could by its repair, with their sources."""
    parts = {part.source for part in project.components if part.source}
    request = "; ".join(dict.fromkeys(text for text in (project.source, *sorted(parts)) if text))
    found = [Evidence("project", project.project_id, "sourced" if request else "submitted", request)]
    spaces = [problem.registry.spaces[space_id] for space_id in _spaces(told)]
    found += [Evidence("space", space.space_id, space.basis.value, space.source) for space in spaces]
    parks = {space.park_id: problem.registry.parks[space.park_id] for space in spaces}
    return (*found, *(Evidence("park", park.park_id, park.basis.value, park.source) for park in parks.values()))


def _spaces(told: Dossier) -> tuple[str, ...]:
    chosen = [part.space_id for part in told.components if part.space_id is not None]
    by_repair = [space_id for site in told.repair.sites for space_id, _ in site.pieces] if told.repair else []
    return tuple(dict.fromkeys([*chosen, *by_repair]))


def _spoken(problem: Problem, project: Project, told: Dossier) -> frozenset[str]:
    """Rules that stood against a site, or that speak of the project by what it is."""
    against = {reason.code for part in told.components for site in part.parks for reason in site.reasons}
    refused = {reason.code.split("/")[-1] for reason in told.unplaced_reasons}
    by_nature = {rule.id for rule in RULES if rule.concerns(problem, project)}
    return frozenset(against | refused | by_nature)


def _scoring(told: Dossier) -> Iterable[str]:
    scores = told.contributions or (told.alternatives[0].deltas if told.alternatives else {ValuePlaced.id: told.value})
    return [goal for goal, change in scores.items() if change]


def _role(source: str) -> str:
    return source.split(":", 1)[0]
