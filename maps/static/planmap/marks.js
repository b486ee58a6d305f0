"use strict";
/* How parks are marked: rings of use, circles of change, circles of demand. Each kind of mark has parks, a sum over
   parks that stand together, a size, a drawing, a number and a tip. */
PM.marks = (() => {
  const usage = (parks = () => PM.data.parks) => ({
    parks,
    sum: PM.ring.sum,
    size: (shares) => PM.ring.size(shares.area),
    drawing: PM.ring.drawing,
    number: (shares) => PM.percent(PM.ring.used(shares)),
    tip: (shares) => [
      PM.el("div", {}, PM.t("occupied"), " ", PM.area(shares.occupied), " · ", PM.t("allocated"), " ", PM.area(shares.allocated)),
      PM.el("div", {}, PM.t("total"), " ", PM.area(shares.area), " ", shares.assumed ? PM.assumedTag() : null)],
  });

  /* A filled circle with a text; its area grows with the amount. */
  const disc = (name, text, diameter) => {
    const radius = diameter / 2 - 1.5;
    return PM.svg("svg", { width: diameter, height: diameter, viewBox: `${-diameter / 2} ${-diameter / 2} ${diameter} ${diameter}`, class: `disc ${name}`, "aria-hidden": "true" },
      PM.svg("circle", { r: radius }), PM.svg("text", { class: "number", "text-anchor": "middle", dy: "0.36em", "font-size": Math.max(10, Math.min(15, 3 * radius / Math.max(2.4, text.length))) }, text));
  };

  const sized = (amount, most) => Math.round(38 + 30 * Math.sqrt(Math.min(1, amount / Math.max(1, most))));

  const change = (parks) => {
    const most = Math.max(...parks().map((park) => Math.abs(park.change)), 1);
    const small = most < 10000;
    const text = (shares) => PM.signed(small ? Math.abs(shares.change).toLocaleString("en-US") : PM.tenThousands(Math.abs(shares.change)), shares.change);
    return {
      parks: () => parks().filter((park) => park.change),
      sum: (some) => ({ change: some.reduce((sum, park) => sum + park.change, 0) }),
      size: (shares) => sized(Math.abs(shares.change), most),
      drawing: (shares, size) => disc(shares.change < 0 ? "loss" : shares.change > 0 ? "gain" : "even", text(shares), size),
      number: (shares) => PM.signed(PM.m2(Math.abs(shares.change)), shares.change),
      unit: small ? "m²" : "万m²",
      tip: (shares) => PM.el("div", {}, PM.signedArea(shares.change)),
    };
  };

  /* Unplaced projects at the park that came nearest to taking them. */
  const demand = (projects) => {
    const groups = new Map();
    for (const project of projects()) {
      if (!project.nearPark) continue;
      const group = groups.get(project.nearPark.id) || { ...project.nearPark, count: 0, wanted: 0 };
      group.count += 1;
      group.wanted += project.area;
      groups.set(project.nearPark.id, group);
    }
    const most = Math.max(...[...groups.values()].map((group) => group.wanted), 1);
    return {
      parks: () => [...groups.values()],
      sum: (some) => ({ count: some.reduce((sum, one) => sum + one.count, 0), wanted: some.reduce((sum, one) => sum + one.wanted, 0) }),
      size: (shares) => sized(shares.wanted, most),
      drawing: (shares, size) => disc("wanting", `◆ ${shares.count}`, size),
      number: (shares) => `${PM.say("unplaced")} ${shares.count}`,
      tip: (shares) => PM.el("div", {}, PM.t("unplaced"), ` ${shares.count} · `, PM.area(shares.wanted)),
    };
  };

  /* Share of near-optimal plans in which the projects of a park stay there. */
  const kept = () => {
    const parks = () => PM.data.parks.map((park) => {
      const here = [...new Set(park.newcomers.map((site) => site.component.project))].filter((project) => project.kept);
      return { ...park, assumed: false, here: here.length, area: here.reduce((sum, one) => sum + one.kept[1], 0),
        allocated: here.reduce((sum, one) => sum + one.kept[0], 0), occupied: 0 };
    }).filter((park) => park.here);
    return { ...usage(parks),
      sum: (some) => ({ ...PM.ring.sum(some), here: some.reduce((sum, park) => sum + park.here, 0), calm: true }),
      size: (shares) => (shares.here > 3 ? 50 : 42),
      tip: (shares) => PM.el("div", {}, PM.t("keptShare"), ` ${PM.percent(PM.ring.used(shares))}% · ${shares.here} `, PM.t("count")) };
  };

  return { usage, change, demand, kept };
})();
