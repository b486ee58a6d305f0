"use strict";
/* District labels and park rings on the map. */
PM.places = (() => {
  const CELLS = [0, 44, 60, 84, 120, 180, 400];
  const BOX = 10;
  const state = { spots: [], labels: [], marks: new Map() };
  let map;
  let shapes;
  let others;
  let layer;

  const point = (lat, lon) => map.latLngToLayerPoint([lat, lon]);
  const rings = (latlngs) => (Array.isArray(latlngs[0]) ? latlngs.flatMap(rings) : [latlngs]);

  const begin = (theMap, districts) => {
    map = theMap;
    shapes = [];
    others = [];
    districts.eachLayer((polygon) => {
      const adcode = polygon.feature.properties.adcode;
      (PM.data.districts.has(adcode) ? shapes : others).push({ adcode, polygon, bounds: polygon.getBounds() });
    });
    shapes.sort((a, b) => (a.adcode < b.adcode ? -1 : 1));
    layer = L.layerGroup().addTo(map);
    PM.data.projects.filter((project) => !project.placed && project.home).forEach((project) => PM.data.districts.get(project.home).unplaced.push(project));
  };

  /* Outlying islands do not decide what the whole map is. */
  const mainland = (polygon) => rings(polygon.getLatLngs()).map((ring) => L.latLngBounds(ring))
    .reduce((most, box) => (extent(box) > extent(most) ? box : most));
  const extent = (box) => (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
  const bounds = () => shapes.reduce((all, shape) => all.extend(mainland(shape.polygon)), L.latLngBounds([]));

  const frameOf = () => {
    const all = bounds();
    const [a, b] = [map.latLngToLayerPoint(all.getNorthWest()), map.latLngToLayerPoint(all.getSouthEast())];
    const seen = PM.view.seen();
    if (!seen) return { x: a.x - 60, y: a.y - 12, w: b.x - a.x + 76, h: b.y - a.y + 40 };
    const [left, top] = [Math.max(a.x - 60, seen.x), Math.max(a.y - 12, seen.y)];
    return { x: left, y: top, w: Math.min(b.x + 16, seen.x + seen.w) - left, h: Math.min(b.y + 28, seen.y + seen.h) - top };
  };

  const groundOf = (frame) => PM.layout.mask(shapes.map((shape) => ({
    adcode: shape.adcode,
    rings: rings(shape.polygon.getLatLngs()).map((ring) => ring.map((at) => map.latLngToLayerPoint(at))),
  })), frame);

  /* Parks of one district that share a square of the grid become one ring. */
  const clusters = (cell) => {
    const groups = new Map();
    for (const park of PM.data.parks) {
      const at = point(park.lat, park.lon);
      const key = cell ? `${park.district}:${Math.floor(at.x / cell)}:${Math.floor(at.y / cell)}` : park.id;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(park);
    }
    return [...groups].map(([key, parks]) => {
      const shares = PM.ring.sum(parks);
      const at = parks.map((park) => point(park.lat, park.lon));
      return { key, parks, shares, district: parks[0].district, size: PM.ring.size(shares.area),
        x: at.reduce((sum, p) => sum + p.x, 0) / at.length, y: at.reduce((sum, p) => sum + p.y, 0) / at.length };
    });
  };

  const fits = (items, ground) => shapes.every((shape) => {
    const needed = items.filter((item) => item.district === shape.adcode).reduce((sum, item) => sum + (item.size + 3) ** 2, 0);
    return needed < 1.1 * ground.share(shape.adcode);
  });

  const arrange = (labels, ground) => {
    for (const cell of CELLS) {
      const items = clusters(cell);
      if (cell !== CELLS[CELLS.length - 1] && !fits(items, ground)) continue;
      const spots = PM.layout.placeRings(items, [...labels, ...PM.view.covered()], ground);
      if (spots) return spots;
    }
    return [];
  };

  const labelNode = (district) => PM.el("div", { class: "district-label" },
    PM.el("div", { class: "name" }, PM.bi(district), unplacedMark(district)),
    PM.el("div", { class: "role" }, PM.either(district.role_zh, district.role_en)));

  const unplacedMark = (district) => (district.unplaced.length ? PM.el("button", {
    type: "button", class: "unplaced-mark", "aria-label": `${PM.plain(district)} ${PM.say("unplaced")} ${district.unplaced.length}`,
    onclick: () => PM.panel.showUnplaced(district.adcode) }, `◆ ${district.unplaced.length}`) : null);

  const marker = (spot, node, options) => L.marker(map.layerPointToLatLng([spot.x, spot.y]), {
    icon: L.divIcon({ html: node, className: "bare", iconSize: [spot.w, spot.h], iconAnchor: [spot.w / 2, spot.h / 2] }), ...options });

  const drawLabels = (ground, frame) => {
    const anchors = PM.data.parks.map((park) => ({ ...point(park.lat, park.lon), w: 2 * BOX, h: 2 * BOX, cost: 40 }));
    const nodes = shapes.map((shape) => labelNode(PM.data.districts.get(shape.adcode)));
    const sizes = PM.measure(nodes);
    const labels = shapes.map((shape, index) => {
      const centre = map.latLngToLayerPoint(shape.polygon.getCenter());
      return { adcode: shape.adcode, node: nodes[index], x: centre.x, y: centre.y, ...sizes[index] };
    });
    const spots = PM.layout.placeLabels(labels, anchors, ground, frame, PM.view.covered());
    spots.forEach((spot, index) => {
      marker(spot, labels[index].node, { interactive: false, keyboard: false, pane: "labels" }).addTo(layer);
    });
    return spots;
  };

  const nameOf = (item) => (item.parks.length === 1
    ? { zh: item.parks[0].zh, en: item.parks[0].en }
    : { zh: `${PM.districtName(item.district).zh} ${item.parks.length} 个园区`, en: `${item.parks.length} parks in ${PM.districtName(item.district).en}` });

  const open = (item) => {
    if (item.parks.length === 1) PM.select("park", item.parks[0].id);
    else map.fitBounds(L.latLngBounds(item.parks.map((park) => [park.lat, park.lon])).pad(0.3), { maxZoom: map.getZoom() + 2 });
  };

  const tip = (item) => PM.el("div", { class: "tip" }, PM.el("strong", {}, PM.bi(nameOf(item))),
    PM.el("div", {}, PM.t("occupied"), " ", PM.area(item.shares.occupied), " · ", PM.t("allocated"), " ", PM.area(item.shares.allocated)),
    PM.el("div", {}, PM.t("total"), " ", PM.area(item.shares.area), " ", item.shares.assumed ? PM.assumedTag() : null));

  const drawRing = (spot) => {
    const item = spot.ring;
    const node = PM.el("div", { class: "ring" }, PM.ring.drawing(item.shares, item.size),
      item.parks.length > 1 ? PM.el("span", { class: "badge", "aria-hidden": "true" }, `×${item.parks.length}`) : null);
    const mark = marker(spot, node, { pane: "rings", riseOnHover: true }).addTo(layer);
    mark.bindTooltip(() => tip(item), { direction: "top", offset: [0, -item.size / 2], className: "plain-tip" });
    mark.on("click", () => { mark.closeTooltip(); open(item); });
    const element = mark.getElement();
    element.setAttribute("aria-label", [PM.percent(PM.ring.used(item.shares)), item.parks.length > 1 ? `×${item.parks.length}` : "", PM.plain(nameOf(item))].join(" "));
    element.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(item); } });
    item.parks.forEach((park) => state.marks.set(park.id, { spot, element }));
  };

  const drawLeader = (spot) => {
    const item = spot.ring;
    const anchor = L.point(item.x, item.y);
    const away = anchor.distanceTo([spot.x, spot.y]);
    if (away < 5) return;
    const edge = L.point(spot.x, spot.y).add(anchor.subtract([spot.x, spot.y]).multiplyBy(Math.min(1, item.size / 2 / away)));
    const [from, to] = [map.layerPointToLatLng(anchor), map.layerPointToLatLng(edge)];
    if (away > item.size / 2) L.polyline([from, to], { pane: "leaders", className: "leader", weight: 1.2, color: "#45535e", interactive: false }).addTo(layer);
    L.circleMarker(from, { pane: "leaders", radius: 2.6, weight: 1, color: "#fff", fillColor: "#45535e", fillOpacity: 1, interactive: false }).addTo(layer);
  };

  const draw = () => {
    layer.clearLayers();
    state.marks.clear();
    const frame = frameOf();
    const ground = groundOf(frame);
    state.labels = drawLabels(ground, frame);
    state.spots = arrange(state.labels, ground);
    state.spots.forEach((spot) => { drawLeader(spot); drawRing(spot); });
    drawBackdrop();
    highlight();
  };

  /* Names of the other districts, where there is room for them. */
  const drawBackdrop = () => {
    const blocked = obstacles();
    const nodes = others.map(({ adcode }) => PM.el("div", { class: "backdrop-label" }, PM.bi(PM.data.payload.backdrop[adcode] || { zh: "" })));
    const sizes = PM.measure(nodes);
    for (const [index, { polygon }] of others.entries()) {
      const box = L.latLngBounds(mainland(polygon));
      const middle = map.latLngToLayerPoint(polygon.getCenter());
      const spots = [middle, ...[0.3, 0.7].flatMap((x) => [0.3, 0.7].map((y) => map.latLngToLayerPoint([
        box.getSouth() + y * (box.getNorth() - box.getSouth()), box.getWest() + x * (box.getEast() - box.getWest())])))];
      const spot = PM.layout.firstFree(spots, sizes[index], blocked, PM.view.seen());
      if (!spot) continue;
      blocked.push(spot);
      marker(spot, nodes[index], { interactive: false, keyboard: false, pane: "backdrop" }).addTo(layer);
    }
  };

  /* Parks of the selection, else of the filtered projects, stand out. */
  const wanted = () => {
    const project = PM.data.project.get(PM.selected("project"));
    if (project && !project.placed) return new Set(PM.data.parks.filter((park) => project.districts.includes(park.district) || park === project.nearPark).map((park) => park.id));
    if (project) return new Set(project.components.filter((c) => c.space).map((c) => c.space.park.id));
    if (PM.selected("park")) return new Set([PM.selected("park")]);
    if (!PM.filters.active()) return null;
    return new Set(PM.shown.flatMap((p) => p.components.filter((c) => c.space).map((c) => c.space.park.id)));
  };

  const highlight = () => {
    const wish = wanted();
    const project = PM.data.project.get(PM.selected("project"));
    for (const spot of state.spots) {
      const { element } = state.marks.get(spot.ring.parks[0].id);
      const chosen = !wish || spot.ring.parks.some((park) => wish.has(park.id));
      element.classList.toggle("faint", !chosen);
      const named = project && !project.placed ? spot.ring.parks.includes(project.nearPark) : chosen;
      element.classList.toggle("chosen", Boolean(PM.selection && named));
    }
    const wishes = project && !project.placed ? project.districts : [];
    shapes.forEach((shape) => shape.polygon.getElement().classList.toggle("wished", wishes.includes(shape.adcode)));
  };

  const spotOf = (park) => state.marks.get(park.id).spot;
  const labelOf = (adcode) => state.labels.find((label) => label.key === adcode) || null;
  const obstacles = () => [...state.spots, ...state.labels];

  return { begin, bounds, draw, highlight, spotOf, labelOf, obstacles, elementOf: (park) => state.marks.get(park.id).element };
})();
