"use strict";
/* From the payload's tables to linked objects, once, when the page opens. */
PM.model = (() => {
  const UPSTREAM = ["rnd", "hq", "pilot", "platform"];

  const rows = (table) => table.rows.map((row) => {
    const record = {};
    table.columns.forEach((column, index) => { record[column] = row[index] === undefined ? null : row[index]; });
    for (const column in table.words) record[column] = table.words[column][record[column]];
    return record;
  });

  /* Number of the need and its value, in turn. */
  const needsOf = (cells, names) => {
    const needs = {};
    for (let i = 0; i < cells.length; i += 2) needs[names[cells[i]]] = cells[i + 1];
    return needs;
  };

  const first = (project, functions) => {
    for (const name of functions) {
      const found = project.components.find((component) => component.function === name && component.space);
      if (found) return found;
    }
    return null;
  };

  /* Arcs of the overview: research (else the first upstream site) to manufacturing, where the parks differ. */
  const arcsOf = (project) => {
    const from = first(project, UPSTREAM);
    if (!from) return [];
    return project.components
      .filter((component) => component.function === "manufacturing" && component.space)
      .map((component) => ({ project, from, to: component, area: component.taken }));
  };

  const linkProject = (model, project) => {
    project.placed = project.components.length > 0 && project.components.every((component) => component.space);
    project.area = project.components.reduce((sum, component) => sum + component.area, 0);
    const starts = project.components.map((c) => c.start ?? c.needs.start_from).filter((month) => month !== null && month !== undefined);
    project.start = starts.length ? Math.min(...starts) : null;
    project.group = model.groups.get(model.groupOf[project.segment]);
    project.exception = project.components.some((component) => component.exception);
    project.arcs = arcsOf(project);
    const parks = project.components.filter((c) => c.space).flatMap((c) => [c.space.park.zh, c.space.park.en, c.space.park.id]);
    project.nearPark = project.near === null ? null : model.parks[project.near];
    project.home = project.nearPark ? project.nearPark.district : project.districts.length === 1 ? project.districts[0] : null;
    project.words = [project.id, project.enterprise, project.zh, project.en, ...parks].join("\n").toLowerCase();
  };

  const build = (payload) => {
    const model = { payload, plan: payload.plan, labels: payload.labels, groupOf: payload.group_of };
    model.groups = new Map(payload.groups.map((group) => [group.id, group]));
    model.districts = new Map(payload.districts.map((district) => [district.adcode, { ...district, unplaced: [] }]));
    model.parks = rows(payload.parks);
    model.spaces = rows(payload.spaces);
    model.projects = rows(payload.projects);
    model.components = rows(payload.components);
    model.parks.forEach((park) => { park.spaces = []; park.newcomers = []; });
    model.spaces.forEach((space) => {
      space.park = model.parks[space.park];
      space.tenants = [];
      space.newcomers = [];
      space.park.spaces.push(space);
    });
    rows(payload.tenancies).forEach((tenancy) => model.spaces[tenancy.space].tenants.push(tenancy));
    model.projects.forEach((project) => { project.components = []; project.dossier = payload.dossiers[project.id] || {}; });
    model.components.forEach((component) => {
      component.project = model.projects[component.project];
      component.space = component.space === null ? null : model.spaces[component.space];
      component.needs = needsOf(component.needs, payload.needs);
      component.project.components.push(component);
      if (component.space) { component.space.newcomers.push(component); component.space.park.newcomers.push(component); }
    });
    model.projects.forEach((project) => linkProject(model, project));
    model.project = new Map(model.projects.map((project) => [project.id, project]));
    model.park = new Map(model.parks.map((park) => [park.id, park]));
    return model;
  };

  return { build };
})();

PM.label = (vocabulary, value) => {
  const labels = PM.data.labels[vocabulary];
  return (labels && labels[value]) || { zh: String(value), en: String(value) };
};
PM.projectName = (project) => ({ zh: project.zh || project.en || project.enterprise, en: project.en || project.zh || project.enterprise });
PM.districtName = (adcode) => PM.data.districts.get(adcode) || { zh: adcode, en: adcode };
