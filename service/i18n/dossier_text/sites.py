"""Why a component does not stand elsewhere: every other park, grouped by what stands against it, with both numbers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from service.formats.dossier import SiteOut, SiteReasonOut
from service.formats.plan import ComponentOut, DossierOut, HolderOut, PlanOut
from service.i18n.localizer import Localizer

MOST_HOLDERS = 4
"""How many holders of floor are named in one sentence."""


def rejected_sites_text(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """Every park that is not chosen, component by component, grouped by the first thing that stands against it."""
    yield voice.of("每项先写所需，斜线后写现有。", "Of two numbers, the first is needed and the second is there.")
    for part in dossier.components:
        yield f"{part.component_id} {voice.label('function', part.function)}"
        for title, sites in _grouped(voice, part).items():
            parks = f"{len(sites)} park{'s' if len(sites) > 1 else ''}"
            yield voice.of(f"  {title}（{len(sites)} 个园区）", f"  {title} ({parks})")
            yield from (f"    – {_site(voice, site)}" for site in sites)


def _grouped(voice: Localizer, part: ComponentOut) -> dict[str, list[SiteOut]]:
    """Parks by verdict and by what stands against them first, the verdicts in their order, large groups first."""
    groups: dict[tuple[int, str], list[SiteOut]] = defaultdict(list)
    for site in part.parks:
        if site.verdict != "chosen":
            order = ("possible", "blocked", "unfit").index(site.verdict)
            groups[order, _title(voice, site)].append(site)
    ordered = sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1])))
    return {title: found for (_, title), found in ordered}


def _title(voice: Localizer, site: SiteOut) -> str:
    if site.verdict == "possible":
        return voice.of(
            "可单独迁入，其余不动；各目标变化如下",
            "It could stand there alone, all else staying; the goals would change",
        )
    family = "displaced" if site.verdict == "blocked" else "no-option"
    against = voice.label("reason", f"{family}/{site.reasons[0].code}")
    if site.verdict == "blocked":
        return voice.of(f"有合适空间，但：{against}", f"A space would suit it, but: {against}")
    return voice.of(f"没有合适空间：{against}", f"No space suits it: {against}")


def _site(voice: Localizer, site: SiteOut) -> str:
    where = voice.spaces(site.space_id, site.further_spaces) if site.space_id else voice.park(site.park_id)
    told = [_reason(voice, reason) for reason in site.reasons if reason.code != "no-space"]
    if site.verdict == "possible":
        told.append(voice.changes(site.deltas or {}))
    text = voice.of("；", "; ").join(told)
    return (f"{where}: {text}" if text else where) + held_by(voice, site.holders)


def _reason(voice: Localizer, reason: SiteReasonOut) -> str:
    needed, offered = (voice.bare(number, reason.code) for number in (reason.needed, reason.offered))
    unit = voice.unit(reason.unit)
    until = voice.of(f"（{reason.until} 之前）", f" (until {reason.until})") if reason.until else ""
    return f"{voice.short(reason.code, reason.unit)} {needed} / {offered} {unit}".rstrip() + until


def held_by(voice: Localizer, holders: Iterable[HolderOut]) -> str:
    """Who holds what would be needed, the largest first, and how many more."""
    ordered = sorted(holders, key=lambda holder: -holder.floor_area_m2)
    if not ordered:
        return ""
    named = voice.listed(_holder(voice, holder) for holder in ordered[:MOST_HOLDERS])
    left = len(ordered) - MOST_HOLDERS
    more = voice.of(f" 等另 {left} 家", f" and {left} more") if left > 0 else ""
    return voice.of(f"；占用者：{named}{more}", f"; held by {named}{more}")


def _holder(voice: Localizer, holder: HolderOut) -> str:
    if holder.occupant:
        return voice.of(
            f"{voice.one(holder.occupant)}（现有租户，{holder.floor_area_m2:,} 平方米）",
            f"{voice.one(holder.occupant)} (a sitting tenant, {holder.floor_area_m2:,} m²)",
        )
    who = voice.firm(holder.project_id, holder.component_id)
    return voice.of(
        f"{who}（{holder.floor_area_m2:,} 平方米，价值 {holder.value:,}）",
        f"{who} ({holder.floor_area_m2:,} m², worth {holder.value:,})",
    )
