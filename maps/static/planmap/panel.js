"use strict";
/* The side panel: plan, figures, filters, tabs. */
PM.panel = (() => {
  const byId = (id) => document.getElementById(id);
  const option = (value, label, chosen) => PM.el("option", { value, selected: value === chosen }, label);

  const gapText = (gap) => (gap === null ? "–" : `${(gap * 100).toFixed(gap > 0 && gap < 0.001 ? 3 : 2)}%`);
  const worstGap = (goals) => goals.reduce((worst, goal) => (goal.gap === null || worst === null ? null : Math.max(worst, goal.gap)), 0);

  const head = () => {
    const plan = PM.data.plan;
    const gap = worstGap(plan.goals);
    PM.replace(byId("plan-title"), PM.bi(plan.title));
    PM.replace(byId("chips"),
      PM.el("span", { class: `chip ${plan.verified ? "good" : "bad"}` }, plan.verified ? "✓ " : "✗ ", PM.t(plan.verified ? "verified" : "notVerified")),
      PM.el("span", { class: "chip" }, PM.bi(PM.strings[plan.status] || { zh: plan.status, en: plan.status }),
        plan.goals.length && gap !== 0 ? [" · ", PM.t("gap"), gap === null ? " –" : ` ≤ ${gapText(gap)}`] : null));
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
    const goals = plan.goals.map((goal) => [PM.bi(PM.label("goal", goal.goal)), goal.value.toLocaleString("en-US"),
      goal.bound === null ? "–" : goal.bound.toLocaleString("en-US"), gapText(goal.gap)]);
    const extra = PM.data.payload.kpis.map((kpi) => [PM.bi(kpi.label), kpi.value, kpi.baseline, kpi.target].map((cell) => (cell === null || cell === undefined ? "–" : cell)));
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

  const TABS = ["projects", "unplaced", "flows"];
  const showTab = (name) => {
    for (const tab of TABS) {
      byId(`tab-${tab}`).setAttribute("aria-selected", String(tab === name));
      byId(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
      byId(`panel-${tab}`).hidden = tab !== name;
    }
    PM.tab = name;
    PM.changed("tab");
  };

  const tabs = () => TABS.forEach((name, index) => {
    const button = byId(`tab-${name}`);
    PM.replace(button, PM.t(name));
    button.onclick = () => showTab(name);
    button.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = TABS[(index + step + TABS.length) % TABS.length];
      showTab(next);
      byId(`tab-${next}`).focus();
    };
  });

  const flowTable = () => {
    const codes = [...PM.data.districts.keys()];
    const found = new Map(PM.links.flows(PM.shown).map((flow) => [`${flow.from}>${flow.to}`, flow]));
    const most = Math.max(1, ...[...found.values()].map((flow) => flow.area));
    const cell = (from, to) => {
      const flow = found.get(`${from}>${to}`);
      if (!flow) return PM.el("td", { class: "nothing" }, "–");
      return PM.el("td", { class: `heat-${Math.ceil(4 * flow.area / most)}` }, PM.el("strong", {}, PM.tenThousands(flow.area)), PM.el("small", {}, ` (${flow.projects.size})`));
    };
    PM.replace(byId("panel-flows"), PM.el("p", { class: "note" }, PM.t("flowsNote")),
      PM.el("table", { class: "flows" }, PM.el("thead", {}, PM.el("tr", {}, PM.el("td", {}), codes.map((to) => PM.el("th", { scope: "col" }, PM.bi(PM.districtName(to)))))),
        PM.el("tbody", {}, codes.map((from) => PM.el("tr", {}, PM.el("th", { scope: "row" }, PM.bi(PM.districtName(from))), codes.map((to) => cell(from, to)))))));
  };

  /* Unplaced projects are counted once: in the district that came nearest to taking them. */
  const showUnplaced = (adcode) => {
    PM.filters.state.district = adcode || "";
    PM.filters.state.status = "unplaced";
    filters();
    PM.filters.apply();
    showTab("unplaced");
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

  const draw = () => { words(); head(); kpis(); facts(); filters(); search(); tabs(); showTab(PM.tab); };

  return { begin, draw, filters, count, flowTable, showTab, showUnplaced };
})();

PM.grid = (keys, lines) => PM.el("table", { class: "figures" },
  PM.el("thead", {}, PM.el("tr", {}, keys.map((key) => PM.el("th", { scope: "col" }, PM.t(key))))),
  PM.el("tbody", {}, lines.map(([name, ...cells]) => PM.el("tr", {}, PM.el("th", { scope: "row" }, name), cells.map((cell) => PM.el("td", {}, cell))))));
