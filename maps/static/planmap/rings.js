"use strict";
/* One ring: grey is taken already, blue by this plan, white is free; the number is the peak utilisation. */
PM.ring = (() => {
  const SIZES = [36, 40, 44, 50, 58];
  const LIMITS = [30000, 80000, 160000, 320000];

  const scale = () => (window.innerWidth >= 1700 ? 1.2 : 1);
  const size = (area) => Math.round(scale() * SIZES[LIMITS.filter((limit) => area >= limit).length]);
  const used = (shares) => (shares.area ? (shares.occupied + shares.allocated) / shares.area : 0);
  const busy = (shares) => !shares.calm && used(shares) > 0.9;

  const slice = (name, radius, width, from, share) => (share <= 0 ? null : PM.svg("circle", {
    class: name, r: radius, cx: 0, cy: 0, fill: "none", "stroke-width": width, pathLength: 100,
    "stroke-dasharray": `${Math.min(100, share * 100)} 100`, "stroke-dashoffset": -from * 100, transform: "rotate(-90)",
  }));

  const drawing = (shares, diameter) => {
    const outer = diameter / 2 - 1.5;
    const width = Math.max(5.5, outer * 0.34);
    const radius = outer - width / 2;
    const total = shares.area || 1;
    const number = shares.area ? PM.percent(used(shares)) : "–";
    const centre = outer - width;
    return PM.svg("svg", { width: diameter, height: diameter, viewBox: `${-diameter / 2} ${-diameter / 2} ${diameter} ${diameter}`,
      class: `ring-drawing${busy(shares) ? " busy" : ""}${shares.assumed ? " assumed" : ""}`, "aria-hidden": "true" },
    PM.svg("circle", { class: "plate", r: outer }),
    shares.assumed ? PM.svg("circle", { class: "hatch", r: radius, "stroke-width": width, fill: "none", stroke: "url(#hatch)" }) : null,
    slice("occupied", radius, width, 0, shares.occupied / total),
    slice("allocated", radius, width, shares.occupied / total, shares.allocated / total),
    PM.svg("circle", { class: "centre", r: centre }),
    PM.svg("circle", { class: "rim", r: outer }),
    PM.svg("text", { class: "number", "text-anchor": "middle", dy: "0.36em", "font-size": Math.min(18, Math.max(11, centre * 0.98)) }, number));
  };

  const sum = (parks) => ({
    area: parks.reduce((total, park) => total + park.area, 0),
    occupied: parks.reduce((total, park) => total + park.occupied, 0),
    allocated: parks.reduce((total, park) => total + park.allocated, 0),
    assumed: parks.some((park) => park.assumed),
  });

  /* The hatch pattern that every ring refers to. */
  const pattern = () => PM.svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "patterns" },
    PM.svg("defs", {}, PM.svg("pattern", { id: "hatch", width: 4, height: 4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      PM.svg("line", { x1: 0, y1: 0, x2: 0, y2: 4, class: "hatch-line" }))));

  return { size, used, busy, drawing, sum, pattern };
})();
