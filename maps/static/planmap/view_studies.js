"use strict";
/* What studies of the plan found: how firmly projects hold their parks, and where one more piece of floor is worth most. */
PM.robustness = (() => {
  const share = (project) => project.kept[0] / Math.max(1, project.kept[1]);
  const bar = (project) => {
    const fill = PM.el("span", { class: "fill given", "aria-hidden": "true" });
    fill.style.width = `${100 * share(project)}%`;
    return PM.el("span", { class: "bar-line" }, fill);
  };

  const list = (node) => {
    const known = PM.shown.filter((project) => project.kept).sort((a, b) => share(a) - share(b) || (a.id < b.id ? -1 : 1));
    if (!known.length) { node.append(PM.table.empty()); return; }
    const always = known.filter((project) => project.kept[0] === project.kept[1]).length;
    node.append(PM.legend.note("robustNote"),
      PM.el("p", { class: "now" }, PM.t("alwaysKept"), ` ${always} / ${known.length}`),
      PM.table.list(known, PM.say("robustness"), { head: PM.t("keptIn"), beside: (project) => `${project.kept[0]} / ${project.kept[1]}`,
        under: (project) => [bar(project), PM.table.route(project)] }));
  };

  const label = (district) => {
    const here = PM.shown.filter((project) => project.kept && project.parks.some((park) => park.district === district.adcode));
    const [kept, of] = [0, 1].map((place) => here.reduce((sum, project) => sum + project.kept[place], 0));
    return PM.el("div", { class: "role" }, PM.t("keptShare"), " ", of ? `${PM.percent(kept / of)}%` : "–");
  };

  return { list, label };
})();

PM.views.add({
  id: "robustness", title: "robustness", filters: true, links: "none", list: PM.robustness.list, label: PM.robustness.label,
  offered: () => Boolean(PM.data.payload.robustness), marks: () => PM.marks.kept(),
  legend: () => [PM.el("div", { class: "legend-keys" }, PM.legend.key("allocated", "keptKey"), PM.legend.key("free", "lostKey")), PM.legend.note("robustRings")],
});

PM.build = (() => {
  const data = () => PM.data.payload.build;
  const most = () => Math.max(1, ...data().rows.map((row) => row.value));
  const found = (kind, district) => data().rows.find((row) => row.kind === kind && row.district === district);
  const level = (value) => Math.max(1, Math.ceil(5 * value / most()));
  const best = (adcode) => data().rows.filter((row) => row.district === adcode).sort((a, b) => b.value - a.value || (a.kind < b.kind ? -1 : 1))[0];

  const cell = (row) => (row ? PM.el("td", { class: row.value > 0 ? `heat-${level(row.value)}` : "nothing" }, PM.signedNumber(row.value)) : PM.el("td", { class: "nothing" }, "–"));

  const list = (node) => {
    const codes = [...PM.data.districts.keys()];
    const kinds = [...new Set(data().rows.map((row) => row.kind))].sort((a, b) => Math.max(...data().rows.filter((r) => r.kind === b).map((r) => r.value)) - Math.max(...data().rows.filter((r) => r.kind === a).map((r) => r.value)));
    const top = [...data().rows].sort((a, b) => b.value - a.value).filter((row) => row.value > 0).slice(0, 5);
    const unit = [PM.bi(PM.label("goal", data().goal)), ` (${data().unit})`];
    node.append(PM.el("p", { class: "note" }, PM.t("buildNote"), ` ${PM.m2(data().area_m2)} · `, unit),
      PM.sheet("flows build", [PM.t("kind"), ...codes.map((code) => PM.el("span", {}, PM.bi(PM.districtName(code))))],
        kinds.map((kind) => [PM.bi(PM.label("kind", kind)), ...codes.map((code) => cell(found(kind, code)))]), PM.say("build")),
      PM.el("h2", { class: "list-head" }, PM.t("buildFirst")),
      PM.el("ol", { class: "ranks" }, top.map((row) => PM.el("li", {}, PM.bi(PM.label("kind", row.kind)), " · ", PM.bi(PM.districtName(row.district)), PM.el("strong", {}, ` ${PM.signedNumber(row.value)}`)))));
  };

  const label = (district) => {
    const row = best(district.adcode);
    if (!row || row.value <= 0) return PM.el("div", { class: "role" }, PM.t("nothingGained"));
    return PM.el("div", { class: "role" }, PM.either(PM.label("kind", row.kind).zh, PM.label("kind", row.kind).en), PM.el("strong", {}, ` ${PM.signedNumber(row.value)}`));
  };

  const tint = (adcode) => { const row = best(adcode); return PM.colour(row && row.value > 0 ? `level-${level(row.value)}` : "paper"); };

  return { list, label, tint };
})();

PM.views.add({
  id: "build", title: "build", filters: false, links: "none", list: PM.build.list, label: PM.build.label, tint: PM.build.tint,
  offered: () => Boolean(PM.data.payload.build && PM.data.payload.build.rows.length),
  legend: () => [PM.legend.levels(["little", "much"]), PM.legend.keys()],
});
