"""A dossier and a conflict as text for people, in Chinese and English."""

from collections.abc import Iterable, Iterator, Mapping

from maps.words import complete
from seeds.load import labels
from service.wire import ComponentOut, ConflictOut, DossierOut, HolderOut, PlanOut, ReasonOut, SiteOut

WORDS: Mapping[str, tuple[str, str]] = {
    "placed": ("已落位", "placed"),
    "unplaced": ("未落位", "not placed"),
    "chosen": ("选定", "chosen"),
    "possible": ("可单独迁入", "could move there alone"),
    "blocked": ("受规则限制", "blocked"),
    "unfit": ("不符合要求", "unfit"),
}


MOST_ROWS = 40
"""So many rows of a conflict are printed."""


def dossier_text(dossier: DossierOut, plan: PlanOut) -> str:
    """The whole dossier, a line per fact; every park is there."""
    return "\n".join(_lines(dossier, _park_names(plan)))


def _lines(dossier: DossierOut, parks: Mapping[str, str]) -> Iterator[str]:
    zh, en = WORDS["placed" if dossier.placed else "unplaced"]
    yield f"{dossier.project_id}  {dossier.enterprise}  —  {zh} / {en}  (价值 value {dossier.value})"
    for reason in dossier.unplaced_reasons:
        yield f"  原因 why: {reason_text(reason)}"
    for part in dossier.components:
        yield from _component_lines(part, parks)


def _component_lines(part: ComponentOut, parks: Mapping[str, str]) -> Iterator[str]:
    title = _label("function", part.function)
    yield ""
    yield f"  {part.component_id}  {title}  {part.floor_area_m2} m²"
    if part.space_id is not None:
        permission = _label("permission", part.permission or "")
        yield f"    落位 at: {part.space_id}, 自 from {part.start}, 定位 positioning: {permission}"
    for line in part.offer:
        yield f"      {line.what}: 需 needs {line.needed}, 供 offers {line.offered} {line.unit}".rstrip()
    for site in sorted(part.parks, key=lambda site: list(WORDS).index(site.verdict)):
        yield f"    {_site_text(site, parks)}"


def _site_text(site: SiteOut, parks: Mapping[str, str]) -> str:
    zh, en = WORDS[site.verdict]
    text = f"[{zh} {en}] {parks.get(site.park_id, site.park_id)} · {site.space_id}"
    if site.deltas is not None:
        changes = ", ".join(f"{_label('goal', goal)} {change:+,}" for goal, change in site.deltas.items() if change)
        text += f": {changes or '各目标不变 no goal changes'}"
    for reason in site.reasons:
        title = _code(site.verdict, reason.code)
        text += f"; {title}: 需 needs {reason.needed}, 供 offers {reason.offered} {reason.unit}".rstrip()
    return text + _held_by(site.holders)


def reason_text(reason: ReasonOut) -> str:
    """One reason with both numbers and whoever holds the floor."""
    where = f" @ {reason.space_id}" if reason.space_id else ""
    numbers = f"需 needs {reason.needed}, 供 offers {reason.offered} {reason.unit}".rstrip()
    text = f"{_label('reason', reason.code)} — {reason.component_id}{where}: {numbers}"
    return text + _held_by(reason.holders)


def _held_by(holders: Iterable[HolderOut]) -> str:
    shown = ", ".join(_holder(holder) for holder in holders)
    return f"; 占用者 held by {shown}" if shown else ""


def _holder(holder: HolderOut) -> str:
    if holder.occupant:
        return f"{holder.occupant} ({holder.floor_area_m2:,} m², 现有租户 sitting tenant)"
    name = f"{holder.project_id}/{holder.component_id}"
    return f"{name} ({holder.floor_area_m2:,} m², 价值 value {holder.value:,})"


def conflict_text(conflict: ConflictOut) -> str:
    """The rules that clash, one a line."""
    fewest = "缺一即可行 leaving out any one resolves it" if conflict.minimal else "可能不是最小 perhaps not the fewest"
    shown = [f"  {row}" for row in conflict.rows[:MOST_ROWS]]
    more = len(conflict.rows) - len(shown)
    rest = [f"  … 另有 and {more} more, see plan.json"] if more else []
    return "\n".join([f"相互冲突的规则 these rules clash ({fewest}):", *shown, *rest])


def _park_names(plan: PlanOut) -> dict[str, str]:
    parks = plan.inputs.parks if plan.inputs else ()
    return {park.park_id: f"{park.name_zh} {park.name_en}" for park in parks}


def _code(verdict: str, code: str) -> str:
    return _label("reason", f"{'displaced' if verdict == 'blocked' else 'no-option'}/{code}")


def _label(vocabulary: str, code: str) -> str:
    found = complete(labels()).get(vocabulary, {}).get(code)
    return f"{found['zh']} {found['en']}" if found else code
