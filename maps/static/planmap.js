"use strict";
/* Start: read the payload, take the frame's map, draw, and keep list, map and cards in step. */
PM.view = (() => {
  const byId = (id) => document.getElementById(id);
  const PANES = { backdrop: 360, arcs: 410, leaders: 420, rings: 600, labels: 610 };
  let map;
  let districts;
  let port;

  const narrow = () => window.innerWidth < 760;
  let homeView = null;
  let moved = null;
  let scrolled = null;
  let waiting = false;

  /* In a frame that is folded away there is nothing to fit to; the whole map is shown when there is room again. */
  const roomy = () => { const size = map.getSize(); return size.x > 120 && size.y > 120; };

  const home = () => {
    moved = null;
    waiting = !roomy();
    if (waiting) return;
    homeView = null;
    map.fitBounds(PM.places.bounds(), { animate: false, paddingTopLeft: narrow() ? [6, 6] : [44, 24], paddingBottomRight: narrow() ? [6, 30] : [24, 44] });
    homeView = { zoom: map.getZoom(), centre: map.getCenter() };
    redraw();
  };

  const atHome = () => homeView && map.getZoom() === homeView.zoom
    && map.latLngToLayerPoint(homeView.centre).distanceTo(map.latLngToLayerPoint(map.getCenter())) < 2;

  /* How a map is used: in the whole map, labels and marks stay in the window and clear of what lies over the map. */
  const portOf = (theMap, stageId, over, view) => ({
    seen: () => {
      if (!atHome()) return null;
      const [corner, size] = [theMap.containerPointToLayerPoint([4, 4]), theMap.getSize()];
      return { x: corner.x, y: corner.y, w: size.x - 8, h: size.y - 8 };
    },
    covered: () => {
      if (!atHome()) return [];
      const stage = byId(stageId).getBoundingClientRect();
      return over.filter((id) => byId(id) && !byId(id).hidden).map((id) => byId(id).getBoundingClientRect()).filter((box) => box.width).map((box) => {
        const middle = theMap.containerPointToLayerPoint([(box.left + box.right) / 2 - stage.left, (box.top + box.bottom) / 2 - stage.top]);
        return { x: middle.x, y: middle.y, w: box.width, h: box.height };
      });
    },
    ...view,
  });

  const firstPort = () => portOf(map, "stage", ["legend", "home", "edge-box", "map-foot", "north", "side-a"], {
    marks: () => (PM.views.now().marks ? PM.views.now().marks() : PM.marks.usage()),
    label: (district) => (PM.views.now().label ? PM.views.now().label(district) : null),
    tint: (adcode) => (PM.views.now().tint ? PM.views.now().tint(adcode) : null),
    unplaced: () => PM.views.now().filters,
  });

  /* One hover card at a time, none while the map moves, and each within the map. */
  const keepTips = (theMap) => {
    let shown = null;
    const inside = () => {
      const card = shown.getElement();
      [card.style.marginLeft, card.style.marginTop] = ["", ""];
      const [box, frame] = [card.getBoundingClientRect(), theMap.getContainer().getBoundingClientRect()];
      const push = (low, high, from, to) => (high > to - 4 ? Math.max(to - 4 - high, from + 4 - low) : Math.max(0, from + 4 - low));
      const usual = getComputedStyle(card);
      card.style.marginLeft = `${parseFloat(usual.marginLeft) + push(box.left, box.right, frame.left, frame.right)}px`;
      card.style.marginTop = `${parseFloat(usual.marginTop) + push(box.top, box.bottom, frame.top, frame.bottom)}px`;
    };
    theMap.on("tooltipopen", ({ tooltip }) => {
      if (shown && shown !== tooltip) theMap.closeTooltip(shown);
      shown = tooltip;
      inside();
    });
    theMap.on("tooltipclose", ({ tooltip }) => { if (shown === tooltip) shown = null; });
    theMap.on("mousemove", () => { if (shown && shown.options.sticky) inside(); });
    theMap.on("movestart", () => { if (shown) theMap.closeTooltip(shown); });
  };

  const prepare = (theMap) => {
    for (const [name, order] of Object.entries(PANES)) theMap.createPane(name).style.zIndex = order;
    keepTips(theMap);
  };

  /* A second map beside the first, of the same districts; each follows the other. */
  const secondMap = (view) => {
    const other = L.map("map-b", { zoomControl: false, attributionControl: false, minZoom: map.getMinZoom(), maxZoom: map.getMaxZoom(), zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120 });
    other.createPane("districts").style.zIndex = 350;
    prepare(other);
    other.setView(map.getCenter(), map.getZoom(), { animate: false });
    const styles = new Map();
    districts.eachLayer((polygon) => styles.set(polygon.feature.properties.adcode, polygon.options));
    const shapes = L.geoJSON(districts.toGeoJSON(), { pane: "districts", interactive: false, smoothFactor: 0.6, style: (feature) => {
      const { color, weight, fillColor, fillOpacity } = styles.get(feature.properties.adcode);
      return { color, weight, fillColor, fillOpacity };
    } }).addTo(other);
    let following = false;
    const follow = (from, to) => () => {
      if (following || byId("stage-b").hidden) return;
      following = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      following = false;
    };
    map.on("move zoom", follow(map, other));
    other.on("move zoom", follow(other, map));
    const places = PM.placesOn(other, shapes, portOf(other, "stage-b", ["side-b"], { unplaced: () => false, ...view }));
    return { draw: () => { other.invalidateSize({ animate: false }); follow(map, other)(); places.draw(); places.backdrop([]); }, map: other };
  };

  const selectedParks = () => {
    const project = PM.data.project.get(PM.selected("project"));
    const park = PM.data.park.get(PM.selected("park"));
    if (park) return [park];
    return project ? project.parks : [];
  };

  const remember = () => { moved = moved || { zoom: map.getZoom(), centre: map.getCenter() }; };

  const zoomToSelection = () => {
    const parks = selectedParks();
    if (!parks.length) return;
    remember();
    const card = byId("card");
    map.fitBounds(L.latLngBounds(parks.map((park) => [park.lat, park.lon])).pad(0.15), {
      maxZoom: 13.5, paddingTopLeft: [60, 60],
      paddingBottomRight: narrow() ? [40, 40] : [60, card.offsetHeight + 40] });
  };

  /* On a phone the card covers the list, so the map above it comes into sight, and the list again afterwards. */
  const scrollToMap = () => {
    if (PM.selection && scrolled === null) scrolled = window.scrollY;
    if (!PM.selection && scrolled === null) return;
    window.scrollTo(0, PM.selection ? 0 : scrolled);
    if (!PM.selection) scrolled = null;
  };

  /* The card may not cover what it speaks of: the map moves just far enough, and back when the card closes. */
  const uncover = () => {
    if (!PM.selection && moved) { map.setView(moved.centre, moved.zoom, { animate: false }); moved = null; }
    if (narrow()) return scrollToMap();
    const marked = selectedParks().map((park) => PM.places.elementOf(park)).filter(Boolean);
    if (byId("card").hidden || !marked.length) return undefined;
    const boxes = marked.map((element) => element.getBoundingClientRect());
    const stage = byId("stage").getBoundingClientRect();
    const card = byId("card").getBoundingClientRect();
    const box = { left: Math.min(...boxes.map((b) => b.left)), right: Math.max(...boxes.map((b) => b.right)),
      top: Math.min(...boxes.map((b) => b.top)), bottom: Math.max(...boxes.map((b) => b.bottom)) };
    const covered = boxes.some((b) => b.right > card.left - 10 && b.bottom > card.top - 10);
    const limits = { left: stage.left + 20, right: stage.right - 20, top: stage.top + 20, bottom: covered ? card.top - 20 : stage.bottom - 40 };
    if (box.right - box.left > limits.right - limits.left || box.bottom - box.top > limits.bottom - limits.top) return zoomToSelection();
    const shift = (low, high, least, most) => (low < least ? low - least : high > most ? high - most : 0);
    const by = [shift(box.left, box.right, limits.left, limits.right), shift(box.top, box.bottom, limits.top, limits.bottom)];
    if (!by[0] && !by[1]) return undefined;
    remember();
    map.panBy(by, { animate: false });
    return undefined;
  };

  const redraw = () => {
    PM.places.draw();
    PM.links.draw();
    PM.legend.mark();
    if (PM.views.now().drawn) PM.views.now().drawn();
  };
  const refit = () => { map.invalidateSize({ animate: false }); if (homeView || waiting) home(); };

  const speak = (language, then = redraw) => {
    PM.lang = language;
    document.documentElement.setAttribute("data-lang", language);
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    for (const button of document.querySelectorAll("[data-set-lang]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-set-lang") === language));
    PM.views.drawTabs();
    PM.panel.draw();
    PM.panel.count();
    PM.table.draw();
    PM.legend.draw();
    PM.legend.edgeBox();
    PM.cards.draw();
    foot();
    map.invalidateSize({ animate: false });
    then();
  };

  const foot = () => {
    const { plan } = PM.data;
    PM.replace(byId("map-foot"), PM.t("planId"), ` ${plan.id} · `, PM.t("dataDate"), ` ${plan.data_date} · ${plan.crs} · `, PM.t("approval"), ` ${plan.approval}`);
  };

  /* The address names the view and the selection, so that a page can be linked to and comes back as it was. */
  const remember_ = () => {
    const parts = [`view=${PM.views.now().id}`, PM.selection ? `${PM.selection.kind}=${encodeURIComponent(PM.selection.id)}` : null];
    history.replaceState(null, "", `#${parts.filter(Boolean).join("&")}`);
  };
  const asked = () => {
    const named = new URLSearchParams(location.hash.slice(1));
    const [view, select] = [PM.data.payload.view || "", PM.data.payload.select || {}];
    const kind = ["project", "park"].find((one) => named.has(one));
    return { view: named.get("view") || view, select: kind ? { kind, id: named.get(kind) } : select };
  };
  const openAsked = () => {
    const { view, select } = asked();
    PM.views.open(view);
    if (select.kind && PM.data[select.kind].has(select.id)) PM.select(select.kind, select.id);
  };

  const onChange = (what) => {
    if (what === "filter") {
      PM.panel.count();
      PM.table.draw();
      if (PM.views.now().id === "overview") { PM.links.draw(); PM.places.highlight(); PM.legend.mark(); } else redraw();
    }
    if (what === "selection") { PM.cards.remember(); PM.cards.draw(); PM.table.mark(); uncover(); PM.links.draw(); PM.places.highlight(); PM.legend.mark(); remember_(); }
    if (what === "view") { PM.table.draw(); PM.legend.draw(); if (homeView && atHome()) home(); else redraw(); remember_(); }
    if (what === "map") redraw();
    if (what === "links") { PM.links.draw(); PM.legend.mark(); }
  };

  const print = () => {
    const fit = (printing) => {
      PM.printing = printing;
      PM.table.draw();
      map.invalidateSize({ animate: false });
      home();
    };
    window.addEventListener("beforeprint", () => fit(true));
    window.addEventListener("afterprint", () => fit(false));
    window.matchMedia("print").addEventListener("change", (event) => fit(event.matches));
  };

  const begin = (theMap, theDistricts) => {
    [map, districts] = [theMap, theDistricts];
    prepare(map);
    map.attributionControl.setPrefix(false);
    if (!document.querySelector(".leaflet-control-layers")) map.attributionControl.remove();
    map.on("overlayadd overlayremove", (event) => byId("stage").classList.toggle("with-tiles", event.type === "overlayadd"));
    document.documentElement.toggleAttribute("data-embedded", Boolean(PM.data.payload.embedded));
    document.body.append(PM.ring.pattern());
    PM.data.projects.filter((project) => !project.placed && project.home).forEach((project) => PM.data.districts.get(project.home).unplaced.push(project));
    port = firstPort();
    PM.places = PM.placesOn(map, districts, port);
    PM.links.begin(map);
    PM.datum.begin();
    PM.panel.begin();
    PM.cards.begin();
    if (narrow()) byId("legend").open = false;
    for (const button of document.querySelectorAll("[data-set-lang]")) button.addEventListener("click", () => speak(button.getAttribute("data-set-lang")));
    byId("home").addEventListener("click", () => { PM.select(null); home(); });
    PM.shown = PM.data.projects;
    PM.views.open(asked().view);
    speak(PM.data.payload.language || "both", home);
    PM.onChange(onChange);
    map.on("zoomend", () => { if (homeView) redraw(); });
    map.on("resize", () => { if ((!PM.selection && homeView) || waiting) home(); });
    map.on("click", () => PM.select(null));
    window.addEventListener("hashchange", openAsked);
    openAsked();
    print();
  };

  return { begin, maps: () => [map, ...(PM.versus.second() ? [PM.versus.second().map] : [])], home, narrow, refit, secondMap, zoomToSelection, seen: () => port.seen(), covered: () => port.covered() };
})();

PM.start = (payload) => {
  performance.mark("draw");
  PM.data = PM.model.build(payload);
  PM.view.begin(window.map_plan, window.geo_json_districts);
  performance.measure("drawn", "draw");
  document.documentElement.setAttribute("data-ready", "yes");
};

/* The payload stands in the page, or at the address that the page names. */
PM.source = document.getElementById("payload");
if (PM.source.hasAttribute("data-from")) fetch(PM.source.getAttribute("data-from")).then((answer) => answer.json()).then(PM.start);
else PM.start(JSON.parse(PM.source.textContent));
