"use strict";
/* What studies of the plan found: how firmly projects hold their parks, and where one more piece of floor is worth most. */
PM.robustness = (() => {
  const share = (project) => project.kept[0] / Math.max(1, project.kept[1]);
  const demandShare = (project) => (project.inDemand ? project.inDemand[0] / Math.max(1, project.inDemand[1]) : 1);
  const bar = (project) => {
    const fill = PM.el("span", { class: "fill given", "aria-hidden": "true" });
    fill.style.width = `${100 * share(project)}%`;
    return PM.el("span", { class: "bar-line" }, fill);
  };

  const studies = () => PM.data.payload.robustness;
  const counts = ([kept, of]) => `${kept} / ${of}`;
  const change = () => `±${studies().demand.spread_bp / 100}%`;

  /* What was asked, in numbers: without it a share means nothing. */
  const asked = () => {
    const { plans, demand } = studies();
    return [
      plans ? PM.el("p", { class: "note" }, PM.bi({
        zh: `${plans.ways.length} 个与最优相差不超过 ${plans.gap_bp / 100}% 的方案，特意求其不同；数字＝项目留在原园区的方案数，少者在前`,
        en: `${plans.ways.length} plans within ${plans.gap_bp / 100}% of the best, sought to differ; number: in how many a project keeps its parks, least first` })) : null,
      demand ? PM.el("p", { class: "note" }, PM.bi({
        zh: `${demand.samples} 个需求 ${change()} 的情景，各自重新求解`,
        en: `${demand.samples} scenarios of demand ${change()}, each solved anew` })) : null];
  };

  const inDemand = (project) => (project.inPlans && project.inDemand
    ? PM.el("div", { class: "sub" }, PM.t("demandChange"), ` ${change()}  ${counts(project.inDemand)}`) : null);
  const leaves = (project) => (project.left.length
    ? PM.el("div", { class: "sub" }, PM.t("leavesFor"), " ", project.left.length === project.inPlans[1] && project.left.length > 1 ? PM.t("all") : project.left.map((way) => way + 1).join(", ")) : null);

  /* The plans by number: rows name the numbers of those in which a project leaves. */
  const plansByNumber = () => (studies().plans ? PM.el("details", { class: "plans" },
    PM.el("summary", {}, PM.t("thePlans")), PM.el("ol", {}, studies().plans.ways.map((way) => PM.el("li", {}, PM.bi(way))))) : null);

  const list = (node) => {
    const known = PM.shown.filter((project) => project.kept).sort((a, b) => share(a) - share(b) || demandShare(a) - demandShare(b) || (a.id < b.id ? -1 : 1));
    if (!known.length) { node.append(PM.table.empty()); return; }
    const always = known.filter((project) => project.kept[0] === project.kept[1]).length;
    PM.fill(node, [asked(), plansByNumber(),
      PM.el("p", { class: "now" }, PM.t("alwaysKept"), ` ${always} / ${known.length}`),
      PM.table.list(known, PM.say("robustness"), { head: PM.t("keptIn"), beside: (project) => counts(project.kept),
        under: (project) => [bar(project), PM.table.route(project), inDemand(project), leaves(project)] })]);
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
  const known = (row) => row.state === "proven" || row.state === "least";
  const most = () => Math.max(1, ...data().rows.map((row) => row.value));
  const found = (kind, district) => data().rows.find((row) => row.kind === kind && row.district === district);
  const level = (value) => Math.max(1, Math.ceil(5 * value / most()));
  const ranked = (rows) => rows.filter((row) => row.value > 0).sort((a, b) => b.value - a.value || (a.kind < b.kind ? -1 : 1));
  const best = (adcode) => ranked(data().rows.filter((row) => row.district === adcode))[0];

  /* Not proven to be all: at least so much.  Nobody could use it: 0, without a solve.  Not solved in time: a question mark. */
  const number = (row) => (row.state === "open" ? "?" : row.state === "unwanted" ? "0" : `${row.state === "least" ? "≥" : ""}${row.value ? PM.signedNumber(row.value) : "0"}`);
  const cell = (row) => (row ? PM.el("td", { class: row.value > 0 ? `heat-${level(row.value)}` : "nothing" }, number(row)) : PM.el("td", { class: "nothing" }, "–"));

  const parkOf = (row) => {
    const park = row.park ? PM.data.park.get(row.park) : null;
    return park ? [" · ", PM.el("button", { type: "button", class: "link", onclick: () => PM.select("park", park.id) }, PM.bi({ zh: park.zh, en: park.en }))] : null;
  };
  const named = (key, ids) => (ids.length ? PM.el("div", { class: "sub" }, PM.t(key), "：", ids.map((id, place) => {
    const project = PM.data.project.get(id);
    return [place ? "、" : null, project ? PM.el("button", { type: "button", class: "link", onclick: () => PM.select("project", id) }, `${id} ${PM.short(PM.projectName(project))}`) : id];
  })) : null);

  const rank = (row) => PM.el("li", {}, PM.bi(PM.label("kind", row.kind)), " · ", PM.bi(PM.districtName(row.district)), PM.el("strong", {}, ` ${number(row)}`), parkOf(row), named("comesIn", row.gained), named("goesOut", row.lost));

  const list = (node) => {
    const codes = [...PM.data.districts.keys()];
    const highest = (kind) => Math.max(...data().rows.filter((row) => row.kind === kind).map((row) => (known(row) ? row.value : -1)));
    const kinds = [...new Set(data().rows.map((row) => row.kind))].sort((a, b) => highest(b) - highest(a));
    const top = ranked(data().rows).slice(0, 5);
    const unit = [PM.bi(PM.aim(data().goal)), " (", PM.bi(data().unit), ")"];
    PM.fill(node, [PM.el("p", { class: "note" }, PM.t("buildNote"), ` ${PM.m2(data().area_m2)} · `, unit),
      PM.sheet("flows build", [PM.t("kind"), ...codes.map((code) => PM.el("span", {}, PM.bi(PM.districtName(code))))],
        kinds.map((kind) => [PM.bi(PM.label("kind", kind)), ...codes.map((code) => cell(found(kind, code)))]), PM.say("build")),
      PM.legend.note("buildKey"),
      PM.el("h2", { class: "list-head" }, PM.t("buildFirst")),
      top.length ? PM.el("ol", { class: "ranks" }, top.map(rank)) : PM.el("p", { class: "note" }, data().why ? PM.bi(data().why) : PM.t("nothingGained"))]);
  };

  const label = (district) => {
    const row = best(district.adcode);
    if (!row) {
      const settled = data().rows.every((one) => one.district !== district.adcode || one.state === "proven" || one.state === "unwanted");
      return PM.el("div", { class: "role" }, PM.t(settled ? "nothingGained" : "nothingFound"));
    }
    const alike = data().rows.filter((one) => one.district === row.district && one.value === row.value).length;
    const kinds = alike > 1 ? { zh: `${alike} 类空间各`, en: `each of ${alike} kinds` } : PM.label("kind", row.kind);
    return PM.el("div", { class: "role" }, PM.bi(kinds), PM.el("strong", {}, ` ${number(row)}`));
  };

  const tint = (adcode) => { const row = best(adcode); return PM.colour(row ? `level-${level(row.value)}` : "paper"); };

  return { list, label, tint };
})();

PM.views.add({
  id: "build", title: "build", filters: false, links: "none", list: PM.build.list, label: PM.build.label, tint: PM.build.tint,
  offered: () => Boolean(PM.data.payload.build && PM.data.payload.build.rows.length),
  legend: () => [PM.legend.levels(["little", "much"]), PM.legend.keys()],
});
