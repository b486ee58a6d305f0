"use strict";
/* The side panel: plan, figures, filters. */
PM.panel = (() => {
  const byId = (id) => document.getElementById(id);
  const option = (value, label, chosen) => PM.el("option", { value, selected: value === chosen }, label);

  const gapText = (gap) => (gap === null ? "–" : `${(gap * 100).toFixed(gap > 0 && gap < 0.001 ? 3 : 2)}%`);

  const head = () => {
    const plan = PM.data.plan;
    const [first] = plan.goals;
    PM.replace(byId("plan-title"), PM.bi(plan.title));
    PM.replace(byId("chips"),
      PM.el("span", { class: `chip ${plan.verified ? "good" : "bad"}` }, plan.verified ? "✓ " : "✗ ", PM.t(plan.verified ? "verified" : "notVerified")),
      PM.el("span", { class: "chip" }, PM.bi(PM.strings[plan.status] || { zh: plan.status, en: plan.status }),
        first && plan.status !== "optimal" ? [" · ", first.gap === null ? PM.t("gapUnknown") : first.gap === 0 ? PM.t("gapProven") : [PM.t("firstGap"), ` ${gapText(first.gap)}`]] : null));
  };

  const figures = (summary) => [
    ["placedProjects", `${summary.placed} / ${summary.projects}`],
    ["areaPlaced", summary.demand_m2 ? `${(100 * summary.placed_m2 / summary.demand_m2).toFixed(1)}%` : "–"],
    ["allocated", PM.area(summary.allocated_m2)],
    ["busyParks", `${summary.busy_parks} / ${summary.parks}`],
    ["exceptions", summary.exception_budget === null ? summary.exceptions : `${summary.exceptions} / ${summary.exception_budget}`],
    ["unplaced", summary.projects - summary.placed],
  ];

  const kpis = () => PM.replace(byId("kpis"), figures(PM.data.payload.summary).map(([key, value]) =>
    PM.el("div", { class: `kpi${key === "unplaced" && value ? " warn" : ""}` }, PM.el("dt", {}, PM.t(key)), PM.el("dd", {}, value))));

  const facts = () => {
    const plan = PM.data.plan;
    const lines = [["planId", plan.id], ["engine", plan.engine], ["dataDate", plan.data_date], ["crs", plan.crs], ["approval", plan.approval]];
    const goals = plan.goals.map((goal) => [PM.bi(PM.aim(goal.goal)), goal.value.toLocaleString("en-US"),
      goal.bound === null ? "–" : goal.bound.toLocaleString("en-US"), gapText(goal.gap)]);
    const extra = PM.data.payload.kpis.map((kpi) => [PM.bi(kpi.label), ...[kpi.value, kpi.baseline, kpi.target].map((cell) => (cell ? PM.bi(typeof cell === "string" ? { zh: cell, en: cell } : cell) : "–"))]);
    PM.replace(byId("facts"),
      PM.el("dl", {}, lines.filter(([, value]) => value).map(([key, value]) => [PM.el("dt", {}, PM.t(key)), PM.el("dd", {}, value)])),
      goals.length ? PM.grid(["goal", "value", "bound", "gap"], goals) : null,
      extra.length ? PM.grid(["figure", "thisPlan", "baseline", "target"], extra) : null);
  };

  const segmentOptions = (chosen) => {
    const present = new Set(PM.data.projects.map((project) => project.segment));
    return [...PM.data.groups.values()].flatMap((group) => {
      const members = group.segments.filter((segment) => present.has(segment));
      if (members.length === 0) return [];
      const whole = option(`g:${group.id}`, PM.plain(group), chosen);
      return members.length < 2 ? [whole]
        : [whole, ...members.map((segment) => option(`s:${segment}`, `　${PM.plain(PM.label("segment", segment))}`, chosen))];
    });
  };

  const values = (name) => [...new Set(PM.data.projects.flatMap((project) => (name === "function"
    ? project.components.map((component) => component.function) : [project[name]])))];

  const halves = () => [...new Set(PM.data.projects.filter((p) => p.start !== null).map((p) => PM.half(p.start)))].sort((a, b) => a - b);

  const choices = () => {
    const order = (name) => values(name).sort((a, b) => Object.keys(PM.data.labels[name]).indexOf(a) - Object.keys(PM.data.labels[name]).indexOf(b));
    const { state } = PM.filters;
    return {
      segment: segmentOptions(state.segment),
      tier: order("tier").map((tier) => option(tier, PM.plain(PM.label("tier", tier)), state.tier)),
      district: [...PM.data.districts.values()].map((district) => option(district.adcode, PM.plain(district), state.district)),
      function: order("function").map((name) => option(name, PM.plain(PM.label("function", name)), state.function)),
      status: ["placed", "unplaced", "exception"].map((name) => option(name, PM.say(name), state.status)),
      period: halves().map((half) => option(String(half), PM.halfName(half), state.period)),
    };
  };

  const filters = () => PM.replace(byId("selects"), Object.entries(choices()).map(([name, options]) =>
    PM.el("label", {}, PM.el("span", { class: "caption" }, PM.t(name)),
      PM.el("select", { id: `filter-${name}`, onchange: (event) => PM.filters.set(name, event.target.value) },
        option("", PM.say("all"), PM.filters.state[name]), options))));

  const search = () => {
    const box = byId("search");
    box.setAttribute("placeholder", PM.say("search"));
    box.setAttribute("aria-label", PM.say("search"));
    box.value = PM.filters.state.text;
  };

  const count = () => {
    const unplaced = PM.shown.filter((project) => !project.placed).length;
    PM.replace(byId("count"), PM.el("strong", {}, `${PM.shown.length}`), ` / ${PM.data.projects.length} `, PM.t("count"),
      " · ", PM.t("unplaced"), " ", PM.el("strong", { class: unplaced ? "warn-text" : "" }, String(unplaced)));
    byId("clear").hidden = !PM.filters.active();
  };

  /* Unplaced projects are counted once: in the district that came nearest to taking them. */
  const showUnplaced = (adcode) => {
    PM.filters.state.district = adcode || "";
    PM.filters.state.status = "unplaced";
    filters();
    PM.filters.apply();
    PM.views.open("unplaced");
  };

  const words = () => document.querySelectorAll("[data-t]").forEach((node) => PM.replace(node, PM.t(node.getAttribute("data-t"))));

  const begin = () => {
    let waiting = 0;
    byId("search").addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => PM.filters.set("text", event.target.value.trim()), 120);
    });
    byId("clear").addEventListener("click", () => { PM.filters.clear(); filters(); search(); });
  };

  const draw = () => { words(); head(); kpis(); facts(); filters(); search(); };

  return { begin, draw, filters, count, showUnplaced };
})();

PM.grid = (keys, lines) => PM.el("table", { class: "figures" },
  PM.el("thead", {}, PM.el("tr", {}, keys.map((key) => PM.el("th", { scope: "col" }, PM.t(key))))),
  PM.el("tbody", {}, lines.map(([name, ...cells]) => PM.el("tr", {}, PM.el("th", { scope: "row" }, name), cells.map((cell) => PM.el("td", {}, cell))))));
