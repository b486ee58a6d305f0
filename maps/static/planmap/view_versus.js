"use strict";
/* Plan B beside plan A, and what B changes. */
PM.versus = (() => {
  const data = () => PM.data.payload.against;
  const SHARES = [0.7, 0.8, 0.9, 0.95];
  const CHANGES = [3000, 10000, 30000];
  let second = null;

  const used = ([area, occupied, allocated]) => (area ? (occupied + allocated) / area : 0);
  const level = (share) => (share > 1 ? "overfull" : `level-${1 + SHARES.filter((limit) => share > limit).length}`);
  const shareOf = (adcode, side) => used(data().districts[adcode] ? data().districts[adcode][side] : [0, 0, 0]);
  const tint = (side) => (adcode) => PM.colour(level(shareOf(adcode, side)));
  const parks = (side) => () => data().parks.filter((park) => park[side][0]).map((park) => ({ ...park, area: park[side][0], occupied: park[side][1], allocated: park[side][2],
    assumed: PM.data.park.has(park.id) && PM.data.park.get(park.id).assumed }));

  const shareLabel = (side) => (district) => PM.el("div", { class: "role" }, PM.el("strong", {}, `${PM.percent(shareOf(district.adcode, side))}% `),
    shareOf(district.adcode, side) > 1 ? PM.el("span", { class: "warn-text" }, PM.t("overfull")) : PM.t("usedAtPeak"));

  const figures = (summary) => [["placedProjects", summary.placed], ["allocated", summary.allocated_m2], ["busyParks", summary.busy_parks], ["exceptions", summary.exceptions]];

  /* B − A of every figure and goal; ▲ better, ▼ worse. */
  const table = () => {
    const [a, b] = [figures(PM.data.payload.summary), figures(data().summary)];
    const cells = (before, after) => [before, after].map((value) => (value === null ? "–" : value.toLocaleString("en-US")));
    const change = (before, after) => (before === null || after === null ? "–" : PM.signedNumber(after - before));
    const lines = a.map(([key, value], place) => [PM.t(key), ...cells(value, b[place][1]), change(value, b[place][1])]);
    const goals = data().goals.map((goal) => {
      const better = goal.a === null || goal.b === null || goal.a === goal.b ? "" : (goal.b > goal.a) === goal.more_is_better ? " ▲" : " ▼";
      return [PM.bi(PM.aim(goal.goal)), ...cells(goal.a, goal.b), [change(goal.a, goal.b), better]];
    });
    return PM.sheet("figures", [PM.t("figure"), "A", "B", "B − A"], [...lines, ...goals], PM.say("compare"));
  };

  const who = () => PM.el("dl", { class: "sides" }, [["A", PM.data.plan], ["B", data().plan]].map(([side, plan]) => [PM.el("dt", {}, side),
    PM.el("dd", {}, plan.id, PM.el("span", { class: "sub" }, " ", PM.bi(PM.strings[plan.status] || { zh: plan.status })))]));

  const districts = () => PM.sheet("figures", [PM.t("district"), "A", "B", "B − A"], [...PM.data.districts.values()].map((district) => {
    const [a, b] = ["a", "b"].map((side) => shareOf(district.adcode, side));
    return [PM.bi(district), `${PM.percent(a)}%`, `${PM.percent(b)}%`, PM.signedArea(data().districts[district.adcode] ? data().districts[district.adcode].change : 0)];
  }), PM.say("district"));

  const compareList = (node) => node.append(who(), table(), PM.el("h2", { class: "list-head" }, PM.t("byDistrict")), districts(), PM.legend.note("compareNote"));

  const parkNames = (ids) => ids.map((id) => PM.short(data().parks.find((park) => park.id === id) || { zh: id })).join(" + ") || "–";
  const months = (move) => (move.from_month !== null && move.to_month !== null && move.from_month !== move.to_month ? ` · ${PM.month(move.from_month)} → ${PM.month(move.to_month)}` : "");

  const moveLine = (move) => PM.el("li", { class: `move ${move.what}` },
    PM.el("div", {}, PM.data.project.has(move.project) ? PM.el("button", { type: "button", class: "link", onclick: () => PM.select("project", move.project) }, PM.bi(move)) : PM.bi(move),
      PM.el("span", { class: "sub" }, ` ${move.project} · `, PM.bi(PM.label("function", move.function)))),
    PM.el("div", { class: "sub" }, move.what === "came" ? parkNames(move.to) : move.what === "left" ? parkNames(move.from)
      : move.what === "park" ? `${parkNames(move.from)} → ${parkNames(move.to)}` : parkNames(move.to), months(move), ` · ${PM.m2(move.area)}`));

  const WHATS = ["came", "left", "park", "space", "month"];
  const differenceList = (node) => {
    const moves = data().moves;
    node.append(who(), table());
    if (!moves.length) node.append(PM.el("p", { class: "note" }, PM.t("noMoves")));
    for (const what of WHATS) {
      const some = moves.filter((move) => move.what === what);
      if (some.length) node.append(PM.el("section", { class: "reason" }, PM.el("h2", {}, PM.t(`move-${what}`), PM.el("span", { class: "badge-count" }, String(some.length)),
        PM.el("span", { class: "sum" }, PM.area(some.reduce((sum, move) => sum + move.area, 0)))), PM.el("ul", { class: "moves" }, some.map(moveLine))));
    }
  };

  const changeOf = (adcode) => (data().districts[adcode] ? data().districts[adcode].change : 0);
  const step = (change) => {
    const size = CHANGES.filter((limit) => Math.abs(change) >= limit).length;
    return size === 0 ? "same" : `${change < 0 ? "less" : "more"}-${size}`;
  };
  const changeLabel = (district) => PM.el("div", { class: "role" }, PM.el("strong", {}, PM.signedArea(changeOf(district.adcode))));

  /* Arrows from park to park for components that move. */
  const arrows = ({ layer, stroke, curve, siteBox }) => {
    for (const move of data().moves.filter((one) => one.what === "park").slice(0, 60)) {
      const [from, to] = [siteBox({ id: move.from[0] }), siteBox({ id: move.to[0] })];
      if (!from || !to || from.ring === to.ring) continue;
      for (const part of stroke(curve(from, to, 0.16), PM.colour("flow"), 2, "flow", PM.colour("paper"), PM.places.obstacles())) part.addTo(layer);
    }
  };

  /* The second map follows the first, and the other way round. */
  const showSecond = (on) => {
    document.getElementById("stage-b").hidden = !on;
    document.body.classList.toggle("two-maps", on);
    if (on && !second) second = PM.view.secondMap({ marks: () => PM.marks.usage(parks("b")), label: shareLabel("b"), tint: tint("b") });
    PM.view.refit();
  };

  const drawSecond = () => { if (second && PM.views.now().id === "compare") second.draw(); };

  const changeSteps = () => PM.el("div", { class: "legend-keys" }, ["less-3", "less-2", "less-1", "same", "more-1", "more-2", "more-3"].map((role, place) => {
    const limit = PM.tenThousands(CHANGES[Math.max(0, Math.abs(place - 3) - 1)]);
    return PM.el("span", { class: "key" }, PM.legend.patch(role), place === 3 ? `± < ${limit}` : place < 3 ? `≤ −${limit}` : `≥ +${limit}`);
  }), PM.el("span", { class: "key" }, PM.t("tenThousand")));

  const shareSteps = () => PM.el("div", { class: "legend-keys" }, ["≤ 70%", "≤ 80%", "≤ 90%", "≤ 95%", "> 95%"].map((text, place) => PM.el("span", { class: "key" }, PM.legend.patch(`level-${place + 1}`), text)),
    PM.el("span", { class: "key" }, PM.legend.patch("overfull"), PM.t("overfull")));

  return { parks, tint, shareLabel, compareList, differenceList, step, changeOf, changeLabel, arrows, showSecond, drawSecond, changeSteps, shareSteps, data, second: () => second };
})();

PM.views.add({
  id: "compare", title: "compare", filters: false, links: "none", list: PM.versus.compareList,
  offered: () => Boolean(PM.data.payload.against), marks: () => PM.marks.usage(PM.versus.parks("a")),
  tint: PM.versus.tint("a"), label: PM.versus.shareLabel("a"),
  enter: () => PM.versus.showSecond(true), leave: () => PM.versus.showSecond(false), drawn: () => PM.versus.drawSecond(),
  legend: () => [PM.legend.keys(), PM.versus.shareSteps()],
});

PM.views.add({
  id: "difference", title: "difference", filters: false, links: PM.versus.arrows, list: PM.versus.differenceList,
  offered: () => Boolean(PM.data.payload.against), marks: () => PM.marks.change(() => PM.versus.data().parks),
  tint: (adcode) => PM.colour(PM.versus.step(PM.versus.changeOf(adcode))), label: PM.versus.changeLabel,
  legend: () => [PM.legend.note("differenceNote"), PM.el("p", { class: "note" }, PM.bi({ zh: "圆内数字：", en: "Numbers in circles: " }), PM.marks.change(() => PM.versus.data().parks).unit), PM.versus.changeSteps()],
});
