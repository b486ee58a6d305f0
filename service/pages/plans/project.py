"""A project in a plan: what was asked and what it gets, every other place with its price, and pinning it elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from allocator.goals import BY_ID
from service.application.planning.run_control import submit
from service.application.planning.scenario_runs import store_scenario
from service.application.plans import read_plan
from service.formats.dossier import ComponentOut, DossierOut, SiteOut
from service.formats.requests import RunIn, ScenarioIn
from service.i18n.dossier_text.contributions import contributions_text
from service.i18n.dossier_text.prices import prices_text
from service.i18n.dossier_text.provenance import clauses, proof, sources
from service.i18n.dossier_text.sites import held_by
from service.i18n.dossier_text.unplaced import places, repair, unplaced_text
from service.i18n.localizer import Localizer
from service.pages.shell import plan_localizer
from service.pages.shell.access import Planning, Reading
from service.pages.shell.forms import Form, InForm
from service.repositories import runs
from service.repositories.planning import scenarios
from service.web.plan_files import PlanId

router = APIRouter()
ProjectId = Annotated[str, InPath(min_length=1, max_length=80)]
ORDER = ("possible", "blocked", "unfit")
MOST_CHOICES = 60
FREE, STAY = "", "stay"


@router.get("/plans/{plan_id}/projects/{project_id}")
def one(caller: Reading, plan_id: PlanId, project_id: ProjectId) -> Response:
    """The dossier of a project, as far as the person may read it."""
    dossier = read_plan.project_dossier(caller.asker.context, plan_id, project_id)
    document, _ = caller.asker.house.plan(plan_id)
    voice = plan_localizer.localizer_of(caller, document)
    with caller.transaction() as connection:
        found = read_plan.find(connection, plan_id)
        patch = _patch(connection, found["scenario_id"])
    settings = caller.asker.house.settings
    return caller.page(
        "project.html.j2",
        "project",
        plan=found,
        dossier=dossier,
        voice=voice,
        area=sum(part.floor_area_m2 for part in dossier.components),
        parks={part.component_id: _parks(part) for part in dossier.components},
        told=lambda section: list(section(voice, dossier, document)),
        sections={"nowhere": unplaced_text, "repair": repair, "score": contributions_text, "prices": prices_text},
        grounds={"policy": clauses, "proof": proof},
        sources=list(sources(voice, dossier)),
        places=lambda sites: places(voice, sites),
        held_by=lambda site: held_by(voice, site.holders).lstrip("；; "),
        against=lambda site: _against(voice, site),
        ranked=_ranked,
        unit_of=lambda goal: voice.unit(BY_ID[goal].unit) if goal in BY_ID else "",
        choices={part.component_id: list(_choices(voice, part)) for part in dossier.components},
        pinned={part.component_id: _pinned(patch, project_id, part.component_id) for part in dossier.components},
        limits=sorted(
            {int(settings.time_limit_s), *(each for each in (60, 180, 600) if each <= settings.max_time_limit_s)}
        ),
        usual_limit=int(settings.time_limit_s),
    )


def _parks(part: ComponentOut) -> list[SiteOut]:
    """Every park but the chosen one, those that would take it first."""
    others = [site for site in part.parks if site.verdict in ORDER]
    return sorted(others, key=lambda site: (ORDER.index(site.verdict), site.deltas is None))


def _ranked(deltas: Mapping[str, int]) -> list[tuple[str, int, bool]]:
    """Goals that change, in their order: goal, change, and whether that is better."""
    changed = [name for name in BY_ID if deltas.get(name)]
    return [(name, deltas[name], (deltas[name] > 0) == BY_ID[name].maximise) for name in changed]


def _against(voice: Localizer, site: SiteOut) -> list[str]:
    """Each reason with what is needed and what is there."""
    family = "displaced" if site.verdict == "blocked" else "no-option"
    lines = []
    for reason in site.reasons:
        title = voice.label("reason", f"{family}/{reason.code}")
        if reason.code == "no-space":
            lines.append(title)
            continue
        said = voice.needs(reason.code, reason.needed, reason.offered, reason.unit)
        lines.append(voice.of(f"{title}：{said}", f"{title}: {said}"))
    return lines


def _choices(voice: Localizer, part: ComponentOut) -> Iterator[tuple[str, str, str]]:
    """Parks where the part may be pinned: id, name, and what is in the way."""
    for site in _parks(part)[:MOST_CHOICES]:
        if site.verdict != "unfit":
            why = voice.label("reason", f"displaced/{site.reasons[0].code}") if site.verdict == "blocked" else ""
            yield site.park_id, voice.park(site.park_id), why


def _patch(connection: Connection, scenario_id: str | None) -> dict[str, Any]:
    """What the plan's scenario changed already, so that a pin adds to it."""
    if scenario_id is None:
        return {}
    found = scenarios.find(connection, scenario_id)
    return {} if found is None else dict(found["document"])


def _pinned(patch: Mapping[str, Any], project_id: str, component_id: str) -> str:
    changed = patch.get("projects", {})
    own = changed.get(f"{project_id}/{component_id}", changed.get(project_id, {}))
    return str(own.get("pinned_to") or "")


@router.post("/plans/{plan_id}/projects/{project_id}/pin")
def pin(caller: Planning, plan_id: PlanId, project_id: ProjectId, form: InForm) -> Response:
    """Store a scenario with the pins, and queue a run like the plan's own with it."""
    dossier = read_plan.project_dossier(caller.asker.context, plan_id, project_id)
    with caller.transaction() as connection:
        found = read_plan.find(connection, plan_id)
        asked = runs.find(connection, found["run_id"])
        before = _patch(connection, found["scenario_id"])
    patched = _with_pins(before, dossier, form)
    if asked is None or patched == before:
        return caller.go(f"/plans/{plan_id}/projects/{project_id}", said="nothing")
    name = form.text("name", 200)
    once, context = form.once(), caller.asker.context
    body = ScenarioIn(name=name, document=patched)

    def store(connection: Connection) -> Mapping[str, Any]:
        return {"scenario_id": store_scenario(connection, context, body)["scenario_id"]}

    # a transaction of its own, for a run takes the locks of the queue before that of the audit
    stored = replace(once, route=f"{once.route} scenario").result(caller.asker, store)
    limit = form.whole("time_limit")
    request = {**asked["request"], "name": name, "scenario_id": stored["scenario_id"]}
    wish = RunIn.model_validate(request if limit is None else {**request, "time_limit_s": limit})
    made = once.result(caller.asker, lambda connection: {"run_id": submit(connection, context, wish)})
    return caller.go(f"/runs/{made['run_id']}", said="started")


def _with_pins(before: Mapping[str, Any], dossier: DossierOut, form: Form) -> dict[str, Any]:
    """The patch with the places that the form names; a part that is freed has its pin taken away."""
    projects = {key: dict(value) for key, value in before.get("projects", {}).items()}
    for part in dossier.components:
        key, chosen = f"{dossier.project_id}/{part.component_id}", form.text(f"pin-{part.component_id}", 80)
        place = part.space_id if chosen == STAY else chosen
        if place:
            projects.setdefault(key, {})["pinned_to"] = place
        elif "pinned_to" in projects.get(key, {}):
            del projects[key]["pinned_to"]
    kept = {key: value for key, value in projects.items() if value}
    patch = {name: value for name, value in before.items() if name != "projects"}
    return {**patch, "projects": kept} if kept else patch
