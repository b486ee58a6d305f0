"use strict";
/* Start: read the payload, take the frame's map, draw, and keep list, map and cards in step. */
PM.view = (() => {
  const byId = (id) => document.getElementById(id);
  const PANES = { backdrop: 360, arcs: 410, leaders: 420, rings: 600, labels: 610 };
  let map;

  const narrow = () => window.innerWidth < 760;
  let homeView = null;
  let moved = null;
  let scrolled = null;

  const home = () => {
    homeView = null;
    moved = null;
    map.fitBounds(PM.places.bounds(), { animate: false, paddingTopLeft: narrow() ? [6, 6] : [44, 24], paddingBottomRight: narrow() ? [6, 30] : [24, 44] });
    homeView = { zoom: map.getZoom(), centre: map.getCenter() };
    redraw();
  };

  const atHome = () => homeView && map.getZoom() === homeView.zoom
    && map.latLngToLayerPoint(homeView.centre).distanceTo(map.latLngToLayerPoint(map.getCenter())) < 2;

  /* In the whole map, labels and rings stay in the window and keep clear of what lies over the map. */
  const seen = () => {
    if (!atHome()) return null;
    const [corner, size] = [map.containerPointToLayerPoint([4, 4]), map.getSize()];
    return { x: corner.x, y: corner.y, w: size.x - 8, h: size.y - 8 };
  };
  const covered = () => {
    if (!atHome()) return [];
    const stage = byId("stage").getBoundingClientRect();
    return ["legend", "home", "edge-box", "map-foot", "north"].filter((id) => !byId(id).hidden).map((id) => byId(id).getBoundingClientRect()).map((box) => {
      const middle = map.containerPointToLayerPoint([(box.left + box.right) / 2 - stage.left, (box.top + box.bottom) / 2 - stage.top]);
      return { x: middle.x, y: middle.y, w: box.width, h: box.height };
    });
  };

  const selectedParks = () => {
    const project = PM.data.project.get(PM.selected("project"));
    const park = PM.data.park.get(PM.selected("park"));
    if (park) return [park];
    return project ? project.components.filter((component) => component.space).map((component) => component.space.park) : [];
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
    if (byId("card").hidden || !selectedParks().length) return undefined;
    const boxes = selectedParks().map((park) => PM.places.elementOf(park).getBoundingClientRect());
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

  const redraw = () => { PM.places.draw(); PM.links.draw(); PM.legend.mark(); };

  const speak = (language, then = redraw) => {
    PM.lang = language;
    document.documentElement.setAttribute("data-lang", language);
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    for (const button of document.querySelectorAll("[data-set-lang]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-set-lang") === language));
    PM.panel.draw();
    PM.panel.count();
    PM.table.draw();
    PM.legend.draw();
    PM.legend.edgeBox();
    PM.cards.draw();
    foot();
    then();
  };

  const foot = () => {
    const { plan } = PM.data;
    PM.replace(byId("map-foot"), PM.t("planId"), ` ${plan.id} · `, PM.t("dataDate"), ` ${plan.data_date} · ${plan.crs} · `, PM.t("approval"), ` ${plan.approval}`);
  };

  const onChange = (what) => {
    if (what === "filter") { PM.panel.count(); PM.table.draw(); PM.links.draw(); PM.places.highlight(); PM.legend.mark(); }
    if (what === "selection") { PM.cards.remember(); PM.cards.draw(); PM.table.mark(); uncover(); PM.links.draw(); PM.places.highlight(); PM.legend.mark(); }
    if (what === "tab") PM.table.draw();
    if (what === "links") { PM.links.draw(); PM.legend.mark(); }
  };

  const print = () => {
    const refit = (printing) => {
      PM.printing = printing;
      PM.table.draw();
      map.invalidateSize({ animate: false });
      home();
    };
    window.addEventListener("beforeprint", () => refit(true));
    window.addEventListener("afterprint", () => refit(false));
    window.matchMedia("print").addEventListener("change", (event) => refit(event.matches));
  };

  const begin = (theMap, districts) => {
    map = theMap;
    for (const [name, order] of Object.entries(PANES)) map.createPane(name).style.zIndex = order;
    map.attributionControl.setPrefix(false);
    if (!document.querySelector(".leaflet-control-layers")) map.attributionControl.remove();
    map.on("overlayadd overlayremove", (event) => byId("stage").classList.toggle("with-tiles", event.type === "overlayadd"));
    document.body.append(PM.ring.pattern());
    PM.places.begin(map, districts);
    PM.links.begin(map);
    PM.panel.begin();
    PM.cards.begin();
    if (narrow()) byId("legend").open = false;
    for (const button of document.querySelectorAll("[data-set-lang]")) button.addEventListener("click", () => speak(button.getAttribute("data-set-lang")));
    byId("home").addEventListener("click", () => { PM.select(null); home(); });
    PM.shown = PM.data.projects;
    PM.tab = "projects";
    speak("both", home);
    PM.onChange(onChange);
    map.on("zoomend", () => { if (homeView) redraw(); });
    map.on("resize", () => { if (!PM.selection) home(); });
    map.on("click", () => PM.select(null));
    print();
  };

  return { begin, home, narrow, seen, covered, zoomToSelection };
})();

performance.mark("draw");
PM.data = PM.model.build(JSON.parse(document.getElementById("payload").textContent));
PM.view.begin(window.map_plan, window.geo_json_districts);
performance.measure("drawn", "draw");
document.documentElement.setAttribute("data-ready", "yes");
