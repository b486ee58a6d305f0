"""Why a project is nowhere, and what would have to change."""

from collections import defaultdict
from collections.abc import Iterator

from allocator.explanation.dossier import NOT_EXPLAINED
from allocator.goals.value import ValuePlaced
from service.formats.dossier import ChangeOut, PlaceOut
from service.formats.plan import DossierOut, PlanOut, ReasonOut
from service.i18n.dossier_text.sites import held_by
from service.i18n.localizer import Localizer

WITH_A_PLACE = frozenset({"not-worth-it", "not-wanted", "not-found", "newcomer"})


def unplaced_text(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """Each reason with both numbers, and whoever holds what is needed."""
    groups: dict[tuple[str, str | None], list[ReasonOut]] = defaultdict(list)
    for reason in dossier.unplaced_reasons:
        groups[reason.component_id, reason.space_id].append(reason)
    for reasons in groups.values():
        yield _told(voice, reasons)


def _told(voice: Localizer, reasons: list[ReasonOut]) -> str:
    """What stands against one component in the space that comes nearest."""
    reason = reasons[0]
    title, where = voice.label("reason", reason.code), "" if reason.space_id is None else voice.space(reason.space_id)
    if reason.code == NOT_EXPLAINED:
        return voice.of(f"{title}。", f"{title}.")
    if reason.code == "window-over":
        part, asked, begins = voice.part(reason.component_id), reason.needed, reason.offered
        return voice.of(
            f"{part}：所申请的起租时段 {asked} 在方案开始（{begins}）前已过。",
            f"{part}: the asked window {asked} is over before the plan begins in {begins}.",
        )
    if reason.code == "not-wanted":
        return _not_wanted(voice, title, where, str(reason.needed))
    if reason.code in WITH_A_PLACE:
        return voice.of(f"{title}：{where}。", f"{title}: {where}.")
    part = voice.part(reason.component_id)
    if not where:
        return voice.of(f"{part}：{title}。", f"{part}: {title}.")
    numbers = voice.of("；", "; ").join(_numbers(voice, one) for one in reasons)
    held = held_by(voice, dict.fromkeys(holder for one in reasons for holder in one.holders))
    return voice.of(
        f"{part}：{title}。最接近的是 {where}：{numbers}{held}。",
        f"{part}: {title}. The nearest is {where}: {numbers}{held}.",
    )


def _not_wanted(voice: Localizer, title: str, where: str, aim: str) -> str:
    """Which goal loses before value gains."""
    if not aim:
        return voice.of(
            f"{title}（所定目标均无增益）：{where}。", f"{title}, as none of them gains by it. It could be {where}."
        )
    if "+" in aim:
        goals = voice.goal(aim)
        return voice.of(
            f"{title}（{goals} 合计变差）：{where}。", f"{title}: {goals} together loses by it. It could be {where}."
        )
    value, goal = voice.goal(ValuePlaced.id), voice.goal(aim)
    return voice.of(f"{title}：{goal}先于{value}。{where}。", f"{title}: {goal} before {value}. It could be {where}.")


def _numbers(voice: Localizer, reason: ReasonOut) -> str:
    code = reason.code.rsplit("/", 1)[-1]
    needed, offered = (voice.amount(number, reason.unit, code) for number in (reason.needed, reason.offered))
    what = voice.short(code, reason.unit)
    if reason.until:
        return voice.of(
            f"{what}：需 {needed}，{reason.until} 之前可用 {offered}",
            f"{what}: wants {needed}, {offered} are open to it until {reason.until}",
        )
    said = voice.needs(code, reason.needed, reason.offered, reason.unit)
    return voice.of(f"{what}：{said}", f"{what} needed {needed}, there is {offered}")


def repair(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """The cheapest repair, limit by limit; or the places that need none."""
    found = dossier.repair
    if found is None:
        return
    if not found.sites:
        yield voice.of("没有任何空间可供选择。", "There is no space at all to choose from.")
    elif not found.changes:
        yield voice.of(
            "无须放宽任何限制，即可落位，最优者在前：",
            "No limit would have to give way. It could stand, best first, in:",
        )
        for rank, way in enumerate(dossier.alternatives, start=1):
            yield f"  {rank}. {places(voice, way.sites)}: {voice.changes(way.deltas)}"
    else:
        surest = "" if found.exact else voice.of("（搜索未穷尽）", " (the search was not exhaustive)")
        yield voice.of(
            f"其余不动，放宽最少的办法{surest}：{places(voice, found.sites)}，为此",
            f"With all else staying, the least change{surest} is to have {places(voice, found.sites)}. For that:",
        )
        yield from (f"  – {_change(voice, change)}" for change in found.changes)


def _change(voice: Localizer, change: ChangeOut) -> str:
    title = voice.short(change.code, change.unit)
    where = voice.listed(voice.place(place) for place in voice.parts_of(change.where))
    needed, offered = (voice.amount(number, change.unit, change.code) for number in (change.needed, change.offered))
    if change.by is None:
        return voice.of(
            f"{where}：须改变{title}（需 {needed}，现为 {offered}）。",
            f"{where}: the {title} would have to change (needed {needed}, has {offered}).",
        )
    by = voice.amount(change.by, change.unit)
    return voice.of(
        f"{where}：{title}相差 {by}（{voice.needs(change.code, change.needed, change.offered, change.unit)}）。",
        f"{where}: {title} differs by {by} (needed {needed}, there is {offered}).",
    )


def places(voice: Localizer, sites: tuple[PlaceOut, ...]) -> str:
    """Each component and its space."""
    named = [(voice.part(site.component_id), voice.space(site.space_id)) for site in sites]
    return voice.listed(voice.of(f"{part} 在 {space}", f"{part} in {space}") for part, space in named)
