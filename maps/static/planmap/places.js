"use strict";
/* District labels and marks of parks on a map. `port` tells how the map is used: which parks, how they are marked,
   what labels say and what lies over the map. */
PM.placesOn = (map, districts, port) => {
  const CELLS = [0, 44, 60, 84, 120, 180, 400];
  const BOX = 10;
  const state = { spots: [], labels: [], marks: new Map() };

  const point = (lat, lon) => map.latLngToLayerPoint([lat, lon]);
  const rings = (latlngs) => (Array.isArray(latlngs[0]) ? latlngs.flatMap(rings) : [latlngs]);

  const shapes = [];
  const others = [];
  districts.eachLayer((polygon) => {
    const adcode = polygon.feature.properties.adcode;
    (PM.data.districts.has(adcode) ? shapes : others).push({ adcode, polygon, style: { ...polygon.options } });
  });
  shapes.sort((a, b) => (a.adcode < b.adcode ? -1 : 1));
  const layer = L.layerGroup().addTo(map);
  const names = L.layerGroup().addTo(map);

  /* Outlying islands do not decide what the whole map is. */
  const extent = (box) => (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
  const mainland = (polygon) => rings(polygon.getLatLngs()).map((ring) => L.latLngBounds(ring))
    .reduce((most, box) => (extent(box) > extent(most) ? box : most));
  const bounds = () => shapes.reduce((all, shape) => all.extend(mainland(shape.polygon)), L.latLngBounds([]));

  const frameOf = () => {
    const all = bounds();
    const [a, b] = [map.latLngToLayerPoint(all.getNorthWest()), map.latLngToLayerPoint(all.getSouthEast())];
    const seen = port.seen();
    if (!seen) return { x: a.x - 60, y: a.y - 12, w: b.x - a.x + 76, h: b.y - a.y + 40 };
    const [left, top] = [Math.max(a.x - 60, seen.x), Math.max(a.y - 12, seen.y)];
    return { x: left, y: top, w: Math.min(b.x + 16, seen.x + seen.w) - left, h: Math.min(b.y + 28, seen.y + seen.h) - top };
  };

  const groundOf = (frame) => PM.layout.mask(shapes.map((shape) => ({
    adcode: shape.adcode,
    rings: rings(shape.polygon.getLatLngs()).map((ring) => ring.map((at) => map.latLngToLayerPoint(at))),
  })), frame);

  /* Parks of one district that share a square of the grid become one mark. */
  const clusters = (cell, marks) => {
    const groups = new Map();
    for (const park of marks.parks()) {
      const at = point(park.lat, park.lon);
      const key = cell ? `${park.district}:${Math.floor(at.x / cell)}:${Math.floor(at.y / cell)}` : park.id;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(park);
    }
    return [...groups].map(([key, parks]) => {
      const shares = marks.sum(parks);
      const at = parks.map((park) => point(park.lat, park.lon));
      return { key, parks, shares, district: parks[0].district, size: marks.size(shares),
        x: at.reduce((sum, p) => sum + p.x, 0) / at.length, y: at.reduce((sum, p) => sum + p.y, 0) / at.length };
    });
  };

  const fits = (items, ground) => shapes.every((shape) => {
    const needed = items.filter((item) => item.district === shape.adcode).reduce((sum, item) => sum + (item.size + 3) ** 2, 0);
    return needed < 1.1 * ground.share(shape.adcode);
  });

  const arrange = (labels, ground, marks) => {
    for (const cell of CELLS) {
      const items = clusters(cell, marks);
      if (cell !== CELLS[CELLS.length - 1] && !fits(items, ground)) continue;
      const spots = PM.layout.placeRings(items, [...labels, ...port.covered()], ground);
      if (spots) return spots;
    }
    return [];
  };

  const labelNode = (district) => PM.el("div", { class: "district-label" },
    PM.el("div", { class: "name" }, PM.bi(district), port.unplaced() ? unplacedMark(district) : null),
    port.label(district) || PM.el("div", { class: "role office" }, PM.bi({ zh: district.role_zh, en: district.role_en })));

  const unplacedMark = (district) => (district.unplaced.length ? PM.el("button", {
    type: "button", class: "unplaced-mark", "aria-label": `${PM.plain(district)} ${PM.say("unplaced")} ${district.unplaced.length}`,
    onclick: () => PM.panel.showUnplaced(district.adcode) }, `◆ ${district.unplaced.length}`) : null);

  const marker = (spot, node, options) => L.marker(map.layerPointToLatLng([spot.x, spot.y]), {
    icon: L.divIcon({ html: node, className: "bare", iconSize: [spot.w, spot.h], iconAnchor: [spot.w / 2, spot.h / 2] }), ...options });

  const drawLabels = (ground, frame, marks) => {
    const anchors = marks.parks().map((park) => ({ ...point(park.lat, park.lon), w: 2 * BOX, h: 2 * BOX, cost: 40 }));
    const nodes = shapes.map((shape) => labelNode(PM.data.districts.get(shape.adcode)));
    const sizes = PM.measure(nodes);
    const labels = shapes.map((shape, index) => {
      const centre = map.latLngToLayerPoint(shape.polygon.getCenter());
      return { adcode: shape.adcode, node: nodes[index], x: centre.x, y: centre.y, ...sizes[index] };
    });
    const spots = PM.layout.placeLabels(labels, anchors, ground, frame, port.covered());
    spots.forEach((spot, index) => {
      marker(spot, labels[index].node, { interactive: false, keyboard: false, pane: "labels" }).addTo(layer);
    });
    return spots;
  };

  const nameOf = (item) => (item.parks.length === 1
    ? { zh: item.parks[0].zh, en: item.parks[0].en }
    : { zh: `${PM.districtName(item.district).zh} ${item.parks.length} 个园区`, en: `${item.parks.length} parks in ${PM.districtName(item.district).en}` });

  const open = (item) => {
    if (item.parks.length === 1 && PM.data.park.has(item.parks[0].id)) PM.select("park", item.parks[0].id);
    else if (item.parks.length > 1) map.fitBounds(L.latLngBounds(item.parks.map((park) => [park.lat, park.lon])).pad(0.3), { maxZoom: map.getZoom() + 2 });
  };

  const drawMark = (spot, marks) => {
    const item = spot.ring;
    const node = PM.el("div", { class: "ring" }, marks.drawing(item.shares, item.size),
      item.parks.length > 1 ? PM.el("span", { class: "badge", "aria-hidden": "true" }, `×${item.parks.length}`) : null);
    const mark = marker(spot, node, { pane: "rings", riseOnHover: true }).addTo(layer);
    mark.bindTooltip(() => PM.el("div", { class: "tip" }, PM.el("strong", {}, PM.bi(nameOf(item))), marks.tip(item.shares)), { direction: "top", offset: [0, -item.size / 2], className: "plain-tip" });
    mark.on("click", () => { mark.closeTooltip(); open(item); });
    const element = mark.getElement();
    element.setAttribute("aria-label", [marks.number(item.shares), item.parks.length > 1 ? `×${item.parks.length}` : "", PM.plain(nameOf(item))].join(" "));
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
    const rim = PM.colour("rim");
    if (away > item.size / 2) L.polyline([from, to], { pane: "leaders", className: "leader", weight: 1.2, color: rim, interactive: false }).addTo(layer);
    L.circleMarker(from, { pane: "leaders", radius: 2.6, weight: 1, color: PM.colour("paper"), fillColor: rim, fillOpacity: 1, interactive: false }).addTo(layer);
  };

  const tint = () => shapes.forEach((shape) => {
    const fill = port.tint(shape.adcode);
    shape.polygon.setStyle({ fillColor: fill || shape.style.fillColor });
  });

  const draw = () => {
    layer.clearLayers();
    state.marks.clear();
    tint();
    const marks = port.marks();
    const frame = frameOf();
    const ground = groundOf(frame);
    state.labels = drawLabels(ground, frame, marks);
    state.spots = arrange(state.labels, ground, marks);
    state.spots.forEach((spot) => { drawLeader(spot); drawMark(spot, marks); });
    highlight();
  };

  /* Names of the other districts, where there is room for them. */
  const backdrop = (texts) => {
    names.clearLayers();
    const blocked = [...obstacles(), ...port.covered(), ...texts];
    const nodes = others.map(({ adcode }) => PM.el("div", { class: "backdrop-label" }, PM.bi(PM.data.payload.backdrop[adcode] || { zh: "" })));
    const sizes = PM.measure(nodes);
    for (const [index, { polygon }] of others.entries()) {
      const box = L.latLngBounds(mainland(polygon));
      const middle = map.latLngToLayerPoint(polygon.getCenter());
      const spots = [middle, ...[0.3, 0.7].flatMap((x) => [0.3, 0.7].map((y) => map.latLngToLayerPoint([
        box.getSouth() + y * (box.getNorth() - box.getSouth()), box.getWest() + x * (box.getEast() - box.getWest())])))];
      const spot = PM.layout.firstFree(spots, sizes[index], blocked, port.seen());
      if (!spot) continue;
      blocked.push(spot);
      marker(spot, nodes[index], { interactive: false, keyboard: false, pane: "backdrop" }).addTo(names);
    }
  };

  /* Parks of the selection, else of the filtered projects, stand out. */
  const wanted = () => {
    const project = PM.data.project.get(PM.selected("project"));
    if (project && !project.placed) return new Set(PM.data.parks.filter((park) => project.districts.includes(park.district) || park === project.nearPark).map((park) => park.id));
    if (project) return new Set(project.parks.map((park) => park.id));
    if (PM.selected("park")) return new Set([PM.selected("park")]);
    if (!PM.filters.active() || !PM.views.now().filters) return null;
    return new Set(PM.shown.flatMap((p) => (p.placed || !p.nearPark ? p.parks : [p.nearPark]).map((park) => park.id)));
  };

  const highlight = () => {
    const wish = wanted();
    const project = PM.data.project.get(PM.selected("project"));
    for (const spot of state.spots) {
      const { element } = state.marks.get(spot.ring.parks[0].id);
      const chosen = !wish || spot.ring.parks.some((park) => wish.has(park.id));
      element.classList.toggle("faint", !chosen);
      const named = project && !project.placed ? spot.ring.parks.some((park) => project.nearPark && park.id === project.nearPark.id) : chosen;
      element.classList.toggle("chosen", Boolean(PM.selection && named));
    }
    const wishes = project && !project.placed ? project.districts : [];
    shapes.forEach((shape) => shape.polygon.getElement().classList.toggle("wished", wishes.includes(shape.adcode)));
  };

  const markOf = (park) => state.marks.get(park.id) || null;
  const spotOf = (park) => (markOf(park) ? markOf(park).spot : null);
  const elementOf = (park) => (markOf(park) ? markOf(park).element : null);
  const labelOf = (adcode) => state.labels.find((label) => label.key === adcode) || null;
  const obstacles = () => [...state.spots, ...state.labels];

  return { bounds, draw, backdrop, highlight, spotOf, labelOf, obstacles, elementOf };
};
