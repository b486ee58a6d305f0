"use strict";
/* Timeline: floor by half-year, and how full every park is then. */
PM.timeline = (() => {
  const NAMES = ["stock", "fresh", "freed", "asked", "given", "left"];
  const STEP_MS = 1100;
  const state = { at: 0, playing: null };

  const table = () => PM.data.payload.timeline;
  const name = (index) => PM.halfName(PM.half(table().starts[index]));
  const totals = (index) => Object.fromEntries(NAMES.map((key, place) => [key, table().totals[index][place]]));

  const parks = () => PM.data.parks.map((park, row) => {
    const [area, occupied, allocated] = table().parks[row][state.at];
    return { ...park, area, occupied, allocated };
  });

  const go = (index) => {
    state.at = Math.max(0, Math.min(table().starts.length - 1, index));
    PM.changed("map");
    mark();
  };

  const stop = () => { clearInterval(state.playing); state.playing = null; mark(); };
  const play = () => {
    if (state.playing) { stop(); return; }
    if (state.at === table().starts.length - 1) go(0);
    state.playing = setInterval(() => { if (state.at === table().starts.length - 1) stop(); else go(state.at + 1); }, STEP_MS);
    mark();
  };

  const controls = () => PM.el("div", { class: "time-controls" },
    PM.el("button", { type: "button", id: "play", onclick: play }),
    PM.el("input", { id: "period", type: "range", min: 0, max: table().starts.length - 1, step: 1, value: state.at, "aria-label": PM.say("periodAt"),
      oninput: (event) => go(Number(event.target.value)) }),
    PM.el("output", { id: "period-name", for: "period" }));

  /* Supply above, demand below it, on one scale; the numbers stand in the table under them. */
  const bar = (key, amount, most) => {
    const fill = PM.el("span", { class: `fill ${key}`, "aria-hidden": "true" });
    fill.style.width = `${Math.max(amount ? 1 : 0, 100 * amount / most)}%`;
    return PM.el("span", { class: "bar-line" }, fill, PM.el("span", { class: "bar-number" }, amount ? PM.tenThousands(amount) : "0"));
  };

  const row = (index, most) => {
    const sums = totals(index);
    return [PM.el("button", { type: "button", class: "link", onclick: () => go(index) }, name(index)),
      PM.el("td", { class: "bars" }, bar("supply", sums.fresh + sums.freed, most), bar("demand", sums.asked, most), bar("given", sums.given, most)),
      PM.el("td", {}, PM.tenThousands(sums.left))];
  };

  const key = (name_, words) => PM.el("span", { class: "key" }, PM.el("i", { class: `patch ${name_}`, "aria-hidden": "true" }), PM.t(words));

  const list = (node) => {
    const most = Math.max(1, ...table().starts.flatMap((_, index) => { const s = totals(index); return [s.fresh + s.freed, s.asked, s.given]; }));
    node.append(controls(), PM.el("p", { class: "now", id: "period-now", role: "status" }),
      PM.el("div", { class: "legend-keys" }, key("supply", "supplyKey"), key("demand", "demandKey"), key("given", "givenKey")),
      PM.sheet("time", [PM.t("halfYear"), PM.t("perPeriod"), PM.t("freeAtEnd")], table().starts.map((_, index) => row(index, most)), PM.say("timeline")),
      PM.legend.note("timelineNote"));
    mark();
  };

  const mark = () => {
    const box = document.getElementById("period");
    if (!box) return;
    box.value = state.at;
    box.setAttribute("aria-valuetext", name(state.at));
    const sums = totals(state.at);
    PM.replace(document.getElementById("period-name"), name(state.at));
    PM.replace(document.getElementById("play"), state.playing ? "❚❚ " : "▶ ", PM.t(state.playing ? "pause" : "play"));
    PM.replace(document.getElementById("period-now"), PM.t("atEndOf"), ` ${name(state.at)}: `, PM.t("total"), " ", PM.area(sums.stock), " · ", PM.t("free"), " ", PM.area(sums.left));
    document.querySelectorAll(".time tbody tr").forEach((line, index) => {
      if (index === state.at) line.setAttribute("aria-current", "true"); else line.removeAttribute("aria-current");
    });
  };

  const label = (district) => {
    const here = parks().filter((park) => park.district === district.adcode);
    const sum = PM.ring.sum(here);
    return PM.el("div", { class: "role" }, PM.t("free"), " ", PM.area(Math.max(0, sum.area - sum.occupied - sum.allocated)));
  };

  return { parks, list, label, stop, state, go };
})();

PM.views.add({
  id: "timeline", title: "timeline", filters: false, links: "none", list: PM.timeline.list, label: PM.timeline.label,
  offered: () => PM.data.payload.timeline.starts.length > 1,
  marks: () => PM.marks.usage(PM.timeline.parks), leave: () => PM.timeline.stop(),
  legend: () => [PM.legend.keys(), PM.el("p", { class: "note" }, PM.t("timelineRings"))],
});
