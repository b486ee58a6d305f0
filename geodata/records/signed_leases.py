"""Leases of firms that the batch asks for as well: which tenancy is whose, and what is entered twice."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from allocator.errors import Fault
from geodata.faults import fault, raise_all
from geodata.records.inputs import Inputs, PublishedRecord
from geodata.records.project_records import ComponentRecord, ProjectRecord
from geodata.records.registry_records import SpaceRecord, TenancyRecord

Key = tuple[str, str]
"""Project and component."""


def with_known_leases(inputs: Inputs) -> Inputs:
    """Inputs in which every lease of a component of the batch names its project and component.

    A tenancy that does not name a project is taken for the lease of a component that is published in its space, with as
    much floor, for a firm of its occupant's name; so is one that is over when the plan begins.  Raises InputError with
    every request that seems to be entered twice, as a lease and as a wish, and with every lease that does not say whose
    it is.
    """
    reading = _Reading(inputs)
    tenancies = tuple(reading.read(tenancy) for tenancy in inputs.tenancies)
    raise_all(reading.faults)
    return inputs if tenancies == inputs.tenancies else inputs.model_copy(update={"tenancies": tenancies})


def leases_of(inputs: Inputs) -> Mapping[Key, tuple[TenancyRecord, ...]]:
    """The tenancies that are leases of components of the batch, by project and component."""
    asked = {(project.project_id, part.component_id) for project in inputs.projects for part in project.components}
    found: dict[Key, list[TenancyRecord]] = defaultdict(list)
    for tenancy in inputs.tenancies:
        key = tenancy.project_id or "", tenancy.component_id or ""
        if key in asked and _holds(tenancy, inputs.plan_from):
            found[key].append(tenancy)
    return {key: tuple(tenancies) for key, tenancies in found.items()}


def ended_leases(inputs: Inputs) -> Mapping[Key, str]:
    """First month, YYYY-MM, without a lease of the published components whose signed leases are all over by now."""
    began = {(made.project_id, made.component_id): made.start for made in inputs.published}
    running, ended = leases_of(inputs), dict[Key, str]()
    for tenancy in inputs.tenancies:
        key = tenancy.project_id or "", tenancy.component_id or ""
        if key in began and key not in running and tenancy.until is not None and tenancy.until > began[key]:
            ended[key] = max(tenancy.until, ended.get(key, ""))
    return ended


def names_of(firm: str) -> frozenset[str]:
    """Spellings by which a firm is known: as written and each half of ``中文 / English``, without case and blanks."""
    return frozenset(filter(None, (_plain(part) for part in (firm, *firm.split(" / ")))))


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def _holds(tenancy: TenancyRecord, plan_from: str) -> bool:
    return tenancy.until is None or tenancy.until > plan_from


@dataclass
class _Reading:
    """One pass over the tenancies of inputs; ``faults`` grows."""

    inputs: Inputs
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.projects = {project.project_id: project for project in self.inputs.projects}
        self.spaces = {space.space_id: space for space in self.inputs.spaces}
        self.by_name: dict[str, list[ProjectRecord]] = defaultdict(list)
        for project in self.inputs.projects:
            for name in names_of(project.enterprise):
                self.by_name[name].append(project)
        self.published: dict[Key, dict[str, int]] = defaultdict(dict)
        self.published_as: dict[tuple[str, int], list[PublishedRecord]] = defaultdict(list)
        for made in self.inputs.published:
            self.published[made.project_id, made.component_id][made.space_id] = made.floor_area_m2
            self.published_as[made.space_id, made.floor_area_m2].append(made)
        self.signed: set[Key] = {
            (each.project_id, each.component_id)
            for each in self.inputs.tenancies
            if each.project_id and each.component_id
        }

    def read(self, tenancy: TenancyRecord) -> TenancyRecord:
        """The tenancy with its project and component, if it is the lease of one."""
        if tenancy.space_id not in self.spaces:
            return tenancy
        if not _holds(tenancy, self.inputs.plan_from):
            return self._ended(tenancy)
        if tenancy.project_id is not None:
            project = self.projects.get(tenancy.project_id)
            return tenancy if project is None else self._of(project, tenancy)
        return self._by_name(tenancy)

    def _ended(self, tenancy: TenancyRecord) -> TenancyRecord:
        """A lease that is over with the published component that it housed, if it did."""
        for made in self.published_as[tenancy.space_id, tenancy.floor_area_m2]:
            project = self.projects.get(made.project_id)
            if project is None or (tenancy.until or made.start) <= made.start:
                continue
            by_name = tenancy.project_id is None and names_of(tenancy.occupant) & names_of(project.enterprise)
            if by_name or tenancy.project_id == project.project_id:
                return tenancy.model_copy(update={"project_id": made.project_id, "component_id": made.component_id})
        return tenancy

    def _of(self, project: ProjectRecord, tenancy: TenancyRecord) -> TenancyRecord:
        """The lease of a project with the component that it houses."""
        parts = [part.component_id for part in project.components]
        if tenancy.component_id is not None:
            if tenancy.component_id not in parts:
                message = f"is no component of {project.project_id}"
                self.faults.append(
                    fault(tenancy.origin, "component_id", tenancy.component_id, message, f"Known: {', '.join(parts)}")
                )
            return tenancy
        here = [part for part in parts if tenancy.space_id in self.published[project.project_id, part]]
        found = here if len(here) == 1 else parts
        if len(found) == 1:
            return tenancy.model_copy(update={"component_id": found[0]})
        message = "does not say which component the lease houses"
        remedy = f"Name one in the tenancy's column component_id: {', '.join(parts)}."
        self.faults.append(fault(tenancy.origin, "project_id", project.project_id, message, remedy))
        return tenancy

    def _by_name(self, tenancy: TenancyRecord) -> TenancyRecord:
        """The lease of a firm of that name, if it stands where the plan in force has the firm."""
        firms = {each.project_id: each for name in names_of(tenancy.occupant) for each in self.by_name.get(name, ())}
        wanted = [(project, part) for project in firms.values() for part in project.components]
        unsigned = [(p, part) for p, part in wanted if (p.project_id, part.component_id) not in self.signed]
        for project, part in unsigned:
            key = project.project_id, part.component_id
            if self.published[key].get(tenancy.space_id) == tenancy.floor_area_m2:
                self.signed.add(key)
                return tenancy.model_copy(update={"project_id": key[0], "component_id": key[1]})
        for project, part in unsigned:
            if self._twice(project, part, tenancy):
                self.faults.append(_entered_twice(project, tenancy))
                break
        return tenancy

    def _twice(self, project: ProjectRecord, part: ComponentRecord, tenancy: TenancyRecord) -> bool:
        """Whether a request and a lease of one firm seem to be the same floor."""
        space = self.spaces[tenancy.space_id]
        if tenancy.floor_area_m2 in {part.floor_area_m2, _in_lots_m2(part.floor_area_m2, space)}:
            return True
        published = self.published[project.project_id, part.component_id].get(tenancy.space_id)
        return published is not None and published + tenancy.floor_area_m2 > space.floor_area_m2


def _in_lots_m2(area_m2: int, space: SpaceRecord) -> int:
    lot = space.lot_m2 or 1
    return -(-area_m2 // lot) * lot


def _entered_twice(project: ProjectRecord, tenancy: TenancyRecord) -> Fault:
    since = f" since {tenancy.since}" if tenancy.since else ""
    message = (
        f"has a lease of {tenancy.floor_area_m2:,} m² in {tenancy.space_id}{since}, and project "
        f"{project.project_id} of the same firm asks for that floor: it would be counted twice"
    )
    remedy = (
        f"Give {project.project_id} in the tenancy's column project_id, or remove the request; is it a further site, "
        "tell the two apart in the occupant's name."
    )
    return fault(tenancy.origin, "occupant", tenancy.occupant, message, remedy)


def lease_notes(inputs: Inputs) -> Iterator[str]:
    """One sentence for each lease that is a placement of the batch, and so counted once."""
    for (project_id, component_id), tenancies in leases_of(inputs).items():
        for tenancy in tenancies:
            key = f"{project_id}/{component_id}"
            yield (
                f"{key} 已签约 has signed: 租约 tenancy {tenancy.tenancy_id} ({tenancy.occupant}), "
                f"{tenancy.floor_area_m2:,} m², {tenancy.space_id}; 面积只计一次 its floor is counted once"
            )
