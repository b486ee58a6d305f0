"use strict";
/* Overview, flows and unplaced: three ways to read one plan. */
PM.views.add({
  id: "overview", title: "overview", filters: true,
  list: (node) => node.append(PM.shown.length ? PM.table.list(PM.shown, PM.say("projects")) : PM.table.empty()),
  legend: () => [PM.legend.rings(), PM.legend.unplaced(), PM.legend.modes(), PM.legend.groups()],
});

PM.flows = (() => {
  const cell = (flow, most) => (flow
    ? PM.el("td", { class: `heat-${Math.ceil(5 * flow.area / most)}` }, PM.el("strong", {}, PM.tenThousands(flow.area)), PM.el("small", {}, ` (${flow.projects.size})`))
    : PM.el("td", { class: "nothing" }, "–"));
  const total = (flows) => PM.el("td", { class: "sum" }, PM.tenThousands(flows.reduce((sum, flow) => sum + flow.area, 0)));

  /* Rows: district of research; columns: district of manufacturing; m² of manufacturing and number of projects. */
  const matrix = () => {
    const codes = [...PM.data.districts.keys()];
    const flows = PM.links.flows(PM.shown);
    const most = Math.max(1, ...flows.map((flow) => flow.area));
    const head = (code) => PM.el("span", {}, PM.bi(PM.districtName(code)));
    const lines = codes.map((from) => [head(from), ...codes.map((to) => cell(flows.find((flow) => flow.from === from && flow.to === to), most)),
      total(flows.filter((flow) => flow.from === from))]);
    const foot = [PM.t("sum"), ...codes.map((to) => total(flows.filter((flow) => flow.to === to))), total(flows)];
    return PM.sheet("flows matrix", [PM.el("span", { class: "corner" }, PM.t("fromTo")), ...codes.map(head), PM.t("sum")], [...lines, foot], PM.say("flows"));
  };

  const ranked = () => PM.links.flows(PM.shown).map((flow) => [
    [PM.bi(PM.districtName(flow.from)), " → ", PM.bi(PM.districtName(flow.to)), flow.from === flow.to ? PM.el("span", { class: "sub" }, " ", PM.t("within")) : null],
    PM.area(flow.area), String(flow.projects.size)]);

  const list = (node) => {
    if (!PM.links.flows(PM.shown).length) { node.append(PM.table.empty()); return; }
    node.append(PM.legend.note("flowsNote"), matrix(),
      PM.el("h2", { class: "list-head" }, PM.t("flowsRanked")), PM.sheet("figures", [PM.t("flows"), PM.t("area"), PM.t("projects")], ranked(), PM.say("flowsRanked")));
  };

  /* What stays within a district has no line: it stands on the district's label. */
  const within = (district) => {
    const flow = PM.links.flows(PM.shown).find((one) => one.from === district.adcode && one.to === district.adcode);
    return PM.el("div", { class: "role" }, PM.t("within"), " ", flow ? [PM.area(flow.area), ` · ${flow.projects.size} `, PM.either("项", flow.projects.size > 1 ? "projects" : "project")] : "–");
  };

  return { list, within };
})();

PM.views.add({
  id: "flows", title: "flows", filters: true, links: "flows", list: PM.flows.list, label: PM.flows.within,
  legend: () => [PM.legend.rings(), PM.el("p", { class: "note" }, PM.el("i", { class: "stroke", "aria-hidden": "true" }), PM.t("flowWidth"))],
});

PM.unplaced = (() => {
  const byReason = () => {
    const groups = new Map();
    for (const project of PM.shown.filter((one) => !one.placed)) {
      const reason = project.reasons[0] || "";
      if (!groups.has(reason)) groups.set(reason, []);
      groups.get(reason).push(project);
    }
    return [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  };

  /* The first reason with both numbers is the smallest thing that would have to give way. */
  const why = (project) => {
    const told = project.dossier.reasons;
    return told && told.length ? PM.bi(told[0]) : [PM.t("nearest"), "：", project.nearPark ? PM.short(project.nearPark) : "–"];
  };

  const list = (node) => {
    const groups = byReason();
    const title = (reason) => (reason ? PM.label("reason", reason) : PM.strings.notStated);
    if (!groups.length) { node.append(PM.table.empty()); return; }
    for (const [reason, projects] of groups) {
      node.append(PM.el("section", { class: "reason" },
        PM.el("h2", {}, PM.bi(title(reason)), PM.el("span", { class: "badge-count" }, String(projects.length)),
          PM.el("span", { class: "sum" }, PM.area(projects.reduce((sum, project) => sum + project.area, 0)))),
        PM.table.list(projects, PM.plain(title(reason)), { under: why })));
    }
  };

  const label = (district) => {
    const here = PM.shown.filter((project) => !project.placed && project.home === district.adcode);
    return PM.el("div", { class: "role" }, PM.t("demand"), " ", here.length ? PM.area(here.reduce((sum, project) => sum + project.area, 0)) : "–");
  };

  return { list, label };
})();

PM.views.add({
  id: "unplaced", title: "unplaced", filters: true, links: "none", list: PM.unplaced.list, label: PM.unplaced.label,
  count: () => PM.data.projects.filter((project) => !project.placed).length,
  marks: () => PM.marks.demand(() => PM.shown.filter((project) => !project.placed)),
  legend: () => [PM.el("p", { class: "note" }, PM.el("i", { class: "diamond", "aria-hidden": "true" }, "◆"), PM.t("wantingNote")), PM.legend.unplaced()],
});
