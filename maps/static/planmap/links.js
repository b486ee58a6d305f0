"use strict";
/* Curved arcs from research to manufacturing, or their sums between districts. */
PM.links = (() => {
  const MANY = 60;
  const state = { mode: "auto", flows: false };
  let map;
  let layer;

  const begin = (theMap) => { map = theMap; layer = L.layerGroup().addTo(map); };

  const at = (a, c, b, t) => L.point(
    (1 - t) ** 2 * a.x + 2 * (1 - t) * t * c.x + t * t * b.x,
    (1 - t) ** 2 * a.y + 2 * (1 - t) * t * c.y + t * t * b.y);

  /* A quadratic curve between two boxes, cut where it leaves the first and enters the second. */
  const curve = (from, to, bend) => {
    const a = L.point(from.x, from.y);
    const b = L.point(to.x, to.y);
    const middle = a.add(b).divideBy(2);
    const across = L.point(b.y - a.y, a.x - b.x).multiplyBy(-bend);
    const c = middle.subtract(across);
    const outside = (p, box) => (box.round
      ? Math.hypot(p.x - box.x, p.y - box.y) > box.w / 2 + 1
      : Math.abs(p.x - box.x) > box.w / 2 + 2 || Math.abs(p.y - box.y) > box.h / 2 + 2);
    const points = [];
    const steps = Math.max(24, Math.round(a.distanceTo(b) / 4));
    for (let i = 0; i <= steps; i += 1) {
      const p = at(a, c, b, i / steps);
      if (outside(p, from) && outside(p, to)) points.push(p);
    }
    return points.length > 3 ? points : [a, at(a, c, b, 0.5), b];
  };

  const latLngs = (points) => points.map((p) => map.layerPointToLatLng(p));
  const options = { smoothFactor: 0, noClip: true, lineCap: "butt", bubblingMouseEvents: false };

  const head = (points, size, share = 0.6) => {
    const index = Math.max(1, Math.min(points.length - 1, Math.round(points.length * share)));
    const [tail, tip] = [points[index - 1], points[index]];
    const length = tail.distanceTo(tip) || 1;
    const u = tip.subtract(tail).divideBy(length);
    const n = L.point(-u.y, u.x);
    return [tip.add(u.multiplyBy(size)), tip.subtract(u.multiplyBy(size * 0.7)).add(n.multiplyBy(size * 0.75)),
      tip.subtract(u.multiplyBy(size * 0.7)).subtract(n.multiplyBy(size * 0.75))];
  };

  /* The arrow head stands where nothing covers it. */
  const headShare = (points, blocked) => [0.6, 0.66, 0.54, 0.72, 0.48, 0.8, 0.4, 0.88, 0.3].find((share) => {
    const tip = points[Math.round((points.length - 1) * share)];
    return !blocked.some((box) => PM.layout.overlaps({ x: tip.x, y: tip.y, w: 18, h: 18 }, box, 0));
  }) || 0.6;

  const stroke = (points, colour, width, name, casing, blocked = []) => {
    const line = L.polyline(latLngs(points), { ...options, pane: "arcs", color: casing, opacity: 0.75, weight: width + 1.8, className: `casing ${name}` });
    const core = L.polyline(latLngs(points), { ...options, pane: "arcs", color: colour, opacity: 1, weight: width, className: name });
    const tip = L.polygon(latLngs(head(points, 4 + width * 1.15, headShare(points, blocked))), { bubblingMouseEvents: false, pane: "arcs", color: casing, opacity: 0.9, weight: 1.2, fillColor: colour, fillOpacity: 1, className: `head ${name}` });
    return [line, core, tip];
  };

  const arcTip = (project, area) => PM.el("div", { class: "tip" },
    PM.el("strong", {}, PM.bi(PM.projectName(project))), PM.el("div", {}, project.id, " · ", PM.bi(PM.label("segment", project.segment))),
    PM.el("div", {}, PM.t("manufacturing"), " ", PM.m2(area)));

  const siteBox = (park) => { const spot = PM.places.spotOf(park); return spot && { ...spot, round: true }; };

  const drawArc = (arc, bend, strong) => {
    const [from, to] = [siteBox(arc.from.space.park), siteBox(arc.to.space.park)];
    if (!from || !to || from.ring === to.ring) return;
    const parts = stroke(curve(from, to, bend), arc.project.group.colour, strong ? 4.5 : 2.6, strong ? "arc strong" : "arc", PM.colour("casing"),
      PM.places.obstacles());
    for (const part of parts) {
      part.on("click", () => PM.select("project", arc.project.id)).addTo(layer);
      part.bindTooltip(() => arcTip(arc.project, arc.area), { sticky: true, className: "plain-tip" });
      part.getElement().setAttribute("data-project", arc.project.id);
    }
  };

  /* Arcs between the same two rings fan out. */
  const drawArcs = (arcs, strong) => {
    const seen = new Map();
    for (const arc of arcs) {
      const [from, to] = [arc.from.space.park, arc.to.space.park];
      if (from === to) continue;
      const key = `${from.id}>${to.id}`;
      const turn = seen.get(key) || 0;
      seen.set(key, turn + 1);
      drawArc(arc, 0.14 + 0.07 * turn, strong);
    }
  };

  /* District to district: manufacturing area and number of projects. */
  const flows = (projects) => {
    const table = new Map();
    for (const arc of projects.flatMap((project) => project.arcs)) {
      const [from, to] = [arc.from.space.park.district, arc.to.space.park.district];
      const key = `${from}>${to}`;
      if (!table.has(key)) table.set(key, { from, to, area: 0, projects: new Set() });
      const flow = table.get(key);
      flow.area += arc.area;
      flow.projects.add(arc.project.id);
    }
    return [...table.values()].sort((a, b) => b.area - a.area || (a.from + a.to < b.from + b.to ? -1 : 1));
  };

  const flowNode = (flow) => PM.el("div", { class: "flow-label" },
    PM.either(`${PM.tenThousands(flow.area)} 万m²`, PM.m2(flow.area)), PM.el("span", { class: "n" }, ` · ${flow.projects.size}`, PM.either(" 项", flow.projects.size > 1 ? " projects" : " project")));

  const flowTip = (flow) => PM.el("div", { class: "tip" },
    PM.el("strong", {}, PM.bi(PM.districtName(flow.from)), " → ", PM.bi(PM.districtName(flow.to))), PM.el("div", {}, flowNode(flow)));

  const flowLabel = (node, size, points, blocked) => {
    const shares = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86];
    const spots = shares.map((share) => points[Math.round((points.length - 1) * share)]);
    const shifts = [[0, 0], [0, 14], [0, -14], [40, 0], [-40, 0], [0, 26], [0, -26], [50, 14], [-50, -14], [50, -14], [-50, 14]];
    const around = shifts.flatMap((shift) => spots.map((p) => p.add(shift)));
    const box = PM.layout.firstFree(around, size, blocked, PM.view.seen());
    if (!box) return;
    blocked.push(box);
    L.marker(map.layerPointToLatLng([box.x, box.y]), { pane: "labels", interactive: false, keyboard: false,
      icon: L.divIcon({ html: node, className: "bare", iconSize: [size.w, size.h] }) }).addTo(layer);
  };

  const drawFlows = (projects) => {
    const blocked = [...PM.places.obstacles(), ...PM.view.covered()];
    const across = flows(projects).filter((flow) => flow.from !== flow.to && PM.places.labelOf(flow.from) && PM.places.labelOf(flow.to));
    const most = Math.max(1, ...across.map((flow) => flow.area));
    const nodes = across.map(flowNode);
    const sizes = PM.measure(nodes);
    for (const [index, flow] of across.entries()) {
      const points = curve(PM.places.labelOf(flow.from), PM.places.labelOf(flow.to), 0.16);
      flowLabel(nodes[index], sizes[index], points, blocked);
      for (const part of stroke(points, PM.colour("flow"), 2 + 12 * flow.area / most, "flow", PM.colour("paper"), blocked)) {
        part.bindTooltip(() => flowTip(flow), { sticky: true, className: "plain-tip" }).addTo(layer);
      }
    }
    return blocked;
  };

  const ofSelection = () => {
    const project = PM.data.project.get(PM.selected("project"));
    if (project) {
      const from = project.arcs.length ? project.arcs[0].from : project.components.find((component) => component.space);
      return project.components.flatMap((c) => c.sites).filter((site) => site.space !== from.space).map((to) => ({ project, from, to, area: to.taken }));
    }
    const park = PM.selected("park");
    const near = (arc) => arc.from.space.park.id === park || arc.to.space.park.id === park;
    return PM.shown.flatMap((p) => p.arcs).filter(near).slice(0, MANY);
  };

  /* What the view asks for: its own lines, none, sums by district, or arcs as long as they can be told apart. */
  const lines = () => {
    layer.clearLayers();
    state.flows = false;
    if (PM.selection) return drawArcs(ofSelection(), true);
    const wish = PM.views.now().links || "plan";
    if (typeof wish === "function") return wish({ layer, stroke, curve, siteBox });
    if (wish === "none") return undefined;
    const arcs = PM.shown.flatMap((project) => project.arcs).filter((arc) => arc.from.space.park !== arc.to.space.park);
    state.flows = wish === "flows" || state.mode === "flows" || (state.mode === "auto" && arcs.length > MANY);
    if (state.flows) return drawFlows(PM.shown);
    if (state.mode !== "none") drawArcs(arcs.slice(0, 600), false);
    return undefined;
  };

  /* Names of the other districts keep clear of the texts on lines. */
  const draw = () => { PM.places.backdrop(lines() || []); };

  /* Passing over a row thickens its arcs. */
  const hover = (id, on) => {
    for (const path of document.querySelectorAll(".arc[data-project]")) {
      if (path.getAttribute("data-project") === id) path.classList.toggle("hovered", on);
    }
  };

  return { begin, draw, hover, flows, state, setMode: (mode) => { state.mode = mode; PM.changed("links"); } };
})();
