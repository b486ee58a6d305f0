"""A dossier to be read aloud: who, what was asked, where, why there, why not elsewhere, and what would change it."""

from collections.abc import Callable, Iterator

from allocator.rules.links import Links
from service.formats.plan import ComponentOut, DossierOut, PlanOut, RequirementOut
from service.i18n.dossier_text.contributions import contributions_text
from service.i18n.dossier_text.prices import prices_text
from service.i18n.dossier_text.provenance import clauses, evidence, proof
from service.i18n.dossier_text.sites import rejected_sites_text
from service.i18n.dossier_text.unplaced import repair, unplaced_text
from service.i18n.localizer import Language, Localizer

Section = Callable[[Localizer, DossierOut, PlanOut], Iterator[str]]

LANGUAGES: dict[str, tuple[Language, ...]] = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def dossier_text(dossier: DossierOut, plan: PlanOut, language: str = "both") -> str:
    """The whole dossier in Chinese, English, or one after the other; every park is in it."""
    return "\n\n".join(_told(Localizer(one, plan), dossier, plan) for one in LANGUAGES[language])


def _told(voice: Localizer, dossier: DossierOut, plan: PlanOut) -> str:
    blocks = ["\n".join(_headline(voice, dossier))]
    for (zh, en), section in SECTIONS:
        lines = [f"  {line}" for line in section(voice, dossier, plan)]
        if lines:
            blocks.append("\n".join([voice.of(zh, en), *lines]))
    return "\n\n".join(blocks)


def _headline(voice: Localizer, dossier: DossierOut) -> Iterator[str]:
    name = voice.of(dossier.name_zh, dossier.name_en)
    title = f"{dossier.project_id}  {voice.one(dossier.enterprise)}" + (f" – {name}" if name else "")
    if dossier.placed:
        yield voice.of(f"{title}：已落位", f"{title}: placed")
    else:
        yield voice.of(f"{title}：未落位", f"{title}: not placed")
    parts, value = len(dossier.components), f"{dossier.value:,}"
    area = f"{sum(part.floor_area_m2 for part in dossier.components):,}"
    segment, tier = voice.label("segment", dossier.segment), voice.label("tier", dossier.tier)
    yield voice.of(
        f"{segment}，{tier}，优先级 {dossier.priority}；{parts} 个组成部分，共 {area} 平方米，价值 {value} 分。",
        f"{segment}, {tier.lower()}, priority {dossier.priority}; {parts} component{'s' if parts > 1 else ''}, "
        f"{area} m² in all. Placing it is worth {value} points.",
    )


def _asked(voice: Localizer, dossier: DossierOut, plan: PlanOut) -> Iterator[str]:
    stop = voice.of("；", "; ")
    for part in dossier.components:
        others = (line for line in part.asked if line.what != "floor_area")
        lines = [f"{voice.word(line.what)} {voice.amount(line.needed, line.unit, line.what)}" for line in others]
        yield f"{_part(voice, part)}: {stop.join([voice.amount(part.floor_area_m2, 'm2'), *lines])}"
    for project in plan.inputs.projects if plan.inputs else ():
        if project.project_id == dossier.project_id:
            for link in project.links:
                far = voice.of(f"相距不超过 {link.km} 公里", f"at most {link.km} km apart")
                how = voice.word(link.kind.value, Links.id) if link.km is None else far
                yield voice.of(f"{link.first} 与 {link.second}：{how}", f"{link.first} and {link.second}: {how}")


def _part(voice: Localizer, part: ComponentOut) -> str:
    return voice.of(
        f"{part.component_id}（{voice.label('function', part.function)}）",
        f"{part.component_id} ({voice.label('function', part.function).lower()})",
    )


def _where(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    for part in dossier.components:
        if part.space_id is None:
            continue
        permission, function = voice.label("permission", part.permission or ""), voice.label("function", part.function)
        more = [space_id for site in part.parks if site.verdict == "chosen" for space_id in site.further_spaces]
        where = voice.spaces(part.space_id, more)
        yield voice.of(
            f"{_part(voice, part)}：{where}，{part.start} 起。按功能定位，{function}在该区为“{permission}”。",
            f"{_part(voice, part)}: {where}, from {part.start}. "
            f"By the positioning, {function.lower()} is {permission.lower()} in that district.",
        )
        lines, late = [], next((int(line.offered) for line in part.offer if line.what == "months_late"), 0)
        for line in part.offer:
            if line.what == "months_late":
                continue
            needs, gets = (voice.amount(number, line.unit, line.what) for number in (line.needed, line.offered))
            if line.what == "subsidy":
                lines.append(_subsidy(voice, line))
                continue
            what = voice.word(line.what)
            gets += voice.late(None, late) if line.what == "start" else ""
            lines.append(voice.of(f"{what}：需 {needs}，得 {gets}", f"{what}: asked {needs}, gets {gets}"))
        yield "  " + voice.of("；", "; ").join(lines) + voice.of("。", ".")


def _subsidy(voice: Localizer, line: RequirementOut) -> str:
    """Who pays which part of a rent that is subsidised."""
    rent, subsidy = float(line.needed), float(line.offered)
    whole, own, part = (voice.amount(yuan, line.unit) for yuan in (rent, round(rent - subsidy, 2), subsidy))
    return voice.of(
        f"租金 {whole}，企业自付 {own}，预算补贴 {part}",
        f"of the rent of {whole} the firm pays {own}, the budget {part}",
    )


SECTIONS: tuple[tuple[tuple[str, str], Section], ...] = (
    (("申请", "What was asked"), _asked),
    (("为何没有落位", "Why it is nowhere"), unplaced_text),
    (("落位", "Where it stands"), _where),
    (("为何在此", "Why there"), contributions_text),
    (("须改变什么", "What would have to change"), repair),
    (("定在指定地点的代价", "What it would cost to have it there"), prices_text),
    (("为何不在别处", "Why not elsewhere"), rejected_sites_text),
    (("适用的政策条款", "Clauses of the policy that had a say"), clauses),
    (("依据与假设", "What is sourced and what is assumed"), evidence),
    (("方案质量与证明", "How sure this is"), proof),
)
"""What a dossier says, in this order; a section without anything to say is left out."""
