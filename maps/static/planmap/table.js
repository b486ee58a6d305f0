"use strict";
/* Project rows, a hundred at a time, and the unplaced projects by reason. */
PM.table = (() => {
  const CHUNK = 100;
  const PRINTED = 2000;
  const byId = (id) => document.getElementById(id);

  const place = (component) => {
    const { park } = component.space;
    return `${PM.short(PM.districtName(park.district))} ${PM.short(park)}`;
  };

  const route = (project) => {
    if (!project.placed) return [PM.el("span", { class: "warn-text" }, "◆ ", PM.t("unplaced"))];
    const arc = project.arcs.find((one) => one.from.space.park !== one.to.space.park);
    if (arc) return [place(arc.from), PM.el("span", { class: "arrow" }, " → "), place(arc.to)];
    return [place(project.components[0]), project.parks.length > 1 ? ` +${project.parks.length - 1}` : null];
  };

  const open = (project) => PM.select("project", project.id);
  const step = (event, by) => {
    const rows = [...event.currentTarget.closest(".rows").querySelectorAll(".row")];
    const next = rows[rows.indexOf(event.currentTarget) + by];
    if (next) { event.preventDefault(); next.focus(); }
  };
  const onKey = (project) => (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(project); }
    else if (event.key === "ArrowDown") step(event, 1);
    else if (event.key === "ArrowUp") step(event, -1);
  };

  /* A project's row: its name, where it goes (or what `under` says), its floor (or what `beside` says). */
  const row = (project, look = {}) => PM.el("tr", {
    class: `row${project.placed ? "" : " unplaced"}`, title: `${PM.plain(PM.projectName(project))} · ${project.enterprise}`, tabindex: 0, "data-project": project.id,
    "aria-selected": String(PM.selected("project") === project.id), onclick: () => open(project), onkeydown: onKey(project),
    onmouseenter: () => PM.links.hover(project.id, true), onmouseleave: () => PM.links.hover(project.id, false),
    onfocus: () => PM.links.hover(project.id, true), onblur: () => PM.links.hover(project.id, false),
  },
  PM.el("td", { class: "what" }, PM.el("div", { class: "name" }, PM.swatch(project.group), PM.short(PM.projectName(project)),
    project.zh || project.en ? PM.el("span", { class: "firm" }, ` ${project.enterprise}`) : null),
    PM.el("div", { class: "sub" }, look.under ? look.under(project) : [...route(project), PM.late(project.late)])),
  PM.el("td", { class: "number" }, PM.el("div", {}, look.beside ? look.beside(project) : project.area.toLocaleString("en-US")), PM.el("div", { class: "sub" }, project.id)));

  /* Rows come a hundred at a time: when the end is scrolled to, or by the button. */
  const fill = (body, projects, look, from = 0) => {
    const to = from + (PM.printing ? PRINTED : CHUNK);
    body.append(...projects.slice(from, to).map((project) => row(project, look)));
    if (projects.length <= to) return;
    const more = PM.el("button", { type: "button", class: "more" }, PM.t("more"), ` (${projects.length - to})`);
    const line = PM.el("tr", { class: "more-row" }, PM.el("td", { colspan: 2 }, more));
    const next = () => { watcher.disconnect(); line.remove(); fill(body, projects, look, to); };
    const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) next(); }, { root: byId("lists") });
    more.addEventListener("click", next);
    body.append(line);
    watcher.observe(line);
  };

  const list = (projects, caption, look = {}) => {
    const body = PM.el("tbody");
    fill(body, projects, look);
    return PM.el("table", { class: "rows", role: "grid", "aria-label": caption }, PM.el("thead", {}, PM.el("tr", {},
      PM.el("th", { scope: "col" }, PM.t("project")), PM.el("th", { scope: "col", class: "number" }, look.head || [PM.t("area"), " m²"]))), body);
  };

  const empty = () => PM.el("p", { class: "note" }, PM.t("none"));

  /* The selected row is brought into sight, also when the map was clicked. */
  const mark = () => {
    const id = PM.selected("project");
    const project = PM.data.project.get(id);
    if (project && PM.shown.includes(project) && PM.views.now().id === "overview" && !byId("list").querySelector(`[data-project="${CSS.escape(id)}"]`)) {
      const body = byId("list").querySelector("tbody");
      if (body) body.prepend(row(project));
    }
    for (const line of document.querySelectorAll(".row")) {
      const chosen = line.getAttribute("data-project") === id;
      line.setAttribute("aria-selected", String(chosen));
      if (chosen && !PM.view.narrow() && !line.contains(document.activeElement)) line.scrollIntoView({ block: "nearest" });
    }
  };

  const draw = () => {
    const view = PM.views.now();
    document.querySelector(".filters").hidden = !view.filters;
    byId("more-filters").open = view.id === "overview" || PM.filters.active();
    byId("list").replaceChildren();
    view.list(byId("list"));
    mark();
  };

  return { draw, mark, list, empty, route };
})();

PM.swatch = (group) => {
  const swatch = PM.el("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = group.colour;
  return swatch;
};
