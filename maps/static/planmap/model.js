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

  /* A component may take several spaces: the largest first. */
  const sitesOf = (component, model) => {
    if (component.space === null) return [];
    const sites = [{ component, space: model.spaces[component.space], taken: component.taken }];
    for (let i = 0; i < (component.more || []).length; i += 2) sites.push({ component, space: model.spaces[component.more[i]], taken: component.more[i + 1] });
    return sites;
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
      .flatMap((component) => component.sites.map((site) => ({ project, from, to: site, area: site.taken })));
  };

  /* In how many near-optimal plans a project keeps its parks, and in how many scenarios of demand; of how many. */
  const linkFirmness = ({ plans, demand }, project) => {
    const left = plans ? plans.left[project.id] : undefined;
    const kept = demand ? demand.kept[project.id] : undefined;
    project.left = left || [];
    project.inPlans = left ? [plans.ways.length - left.length, plans.ways.length] : null;
    project.inDemand = kept ? [kept[0], demand.samples] : null;
    project.kept = project.inPlans || project.inDemand;
  };

  const linkProject = (model, project) => {
    project.placed = project.components.length > 0 && project.components.every((component) => component.space);
    project.area = project.components.reduce((sum, component) => sum + component.area, 0);
    const starts = project.components.map((c) => c.start ?? c.needs.start_from).filter((month) => month !== null && month !== undefined);
    project.start = starts.length ? Math.min(...starts) : null;
    project.group = model.groups.get(model.groupOf[project.segment]);
    project.exception = project.components.some((component) => component.exception);
    project.late = Math.max(0, ...project.components.map((component) => component.late || 0));
    project.arcs = arcsOf(project);
    linkFirmness(model.payload.robustness || {}, project);
    project.parks = [...new Set(project.components.flatMap((component) => component.sites.map((site) => site.space.park)))];
    const parks = project.parks.flatMap((park) => [park.zh, park.en, park.id]);
    project.nearPark = project.near === null ? null : model.parks[project.near];
    project.home = project.nearPark ? project.nearPark.district : project.districts.length === 1 ? project.districts[0] : null;
    project.words = [project.id, project.enterprise, project.zh, project.en, ...parks].join("\n").toLowerCase();
  };

  /* What every park is to every component: on the project for its card, on the park for those it refuses. */
  const linkVerdicts = (model, verdicts) => {
    model.projects.forEach((project) => { project.verdicts = []; });
    model.parks.forEach((park) => { park.refused = []; });
    for (const rows of Object.values(verdicts.rows)) {
      for (const [component, park, verdict, code, needed, offered, unit] of rows) {
        const told = { component: model.components[component], park: model.parks[park], verdict: verdicts.words[verdict],
          code: code === undefined ? null : verdicts.words[code], needed, offered, unit: unit === undefined ? "" : verdicts.words[unit] };
        told.component.project.verdicts.push(told);
        if (!told.component.project.placed && told.code) told.park.refused.push(told);
      }
    }
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
      component.sites = sitesOf(component, model);
      component.space = component.sites.length ? component.sites[0].space : null;
      component.taken = component.sites.reduce((sum, site) => sum + site.taken, 0);
      component.needs = needsOf(component.needs, payload.needs);
      component.project.components.push(component);
      component.sites.forEach((site) => { site.space.newcomers.push(site); site.space.park.newcomers.push(site); });
    });
    model.projects.forEach((project) => linkProject(model, project));
    linkVerdicts(model, payload.verdicts);
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
/* A goal by its label; a merged tier by those of its goals, then their weights: the same as aim_label of maps/payload/reason_labels.py. */
PM.aim = (name) => {
  const parts = name.split("+").map((part) => part.split("*"));
  const labels = parts.map((part) => PM.label("goal", part[part.length - 1]));
  if (parts.length === 1) return labels[0];
  const weights = parts.map((part) => (part.length > 1 ? part[0] : "1")).join(":");
  const english = labels.map((label, place) => (place ? label.en[0].toLowerCase() + label.en.slice(1) : label.en));
  return { zh: `${labels.map((label) => label.zh).join("、")}合并 ${weights}`, en: `${english.slice(0, -1).join(", ")} and ${english[english.length - 1]} merged ${weights}` };
};
PM.projectName = (project) => ({ zh: project.zh || project.en || project.enterprise, en: project.en || project.zh || project.enterprise });
PM.districtName = (adcode) => PM.data.districts.get(adcode) || { zh: adcode, en: adcode };
PM.districtOrText = (text) => (PM.data.districts.has(String(text)) ? PM.short(PM.districtName(String(text))) : String(text));
