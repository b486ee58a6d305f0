"use strict";
/* The legend also filters by segment group and switches the links. */
PM.legend = (() => {
  const byId = (id) => document.getElementById(id);

  const groupLine = (group) => PM.el("button", { type: "button", class: "legend-line", "data-group": group.id,
    "aria-pressed": String(PM.filters.state.segment === `g:${group.id}`),
    onclick: () => { PM.filters.state.segment = PM.filters.state.segment === `g:${group.id}` ? "" : `g:${group.id}`; PM.panel.filters(); PM.filters.apply(); } },
  PM.swatch(group), PM.el("span", {}, PM.bi(group)));

  const modes = () => PM.el("label", { class: "modes" }, PM.el("span", {}, PM.t("links")), PM.el("select", { id: "link-mode", onchange: (event) => PM.links.setMode(event.target.value) },
    [["auto", "linkAuto"], ["arcs", "linkArcs"], ["flows", "linkFlows"], ["none", "linkNone"]].map(([value, key]) =>
      PM.el("option", { value, selected: PM.links.state.mode === value }, PM.short(PM.strings[key])))));

  const present = () => {
    const used = new Set(PM.data.projects.map((project) => project.group.id));
    return [...PM.data.groups.values()].filter((group) => used.has(group.id));
  };

  const keys = () => PM.el("div", { class: "legend-keys" },
    ["occupied", "allocated", "free"].map((name) => PM.el("span", { class: "key" }, PM.el("i", { class: `patch ${name}`, "aria-hidden": "true" }), PM.t(name))),
    PM.el("span", { class: "key" }, PM.el("i", { class: "patch busy", "aria-hidden": "true" }), PM.t("busy")),
    PM.el("span", { class: "key" }, PM.el("i", { class: "patch assumed", "aria-hidden": "true" }), PM.t("assumed")));

  const draw = () => PM.replace(byId("legend-body"), keys(), PM.el("p", { class: "note" }, PM.either(PM.strings.ringSize.zh, PM.strings.ringSize.en)),
    PM.el("p", { class: "note" }, PM.either(PM.strings.unplacedNote.zh, PM.strings.unplacedNote.en)),
    modes(), PM.el("div", { class: "legend-groups" }, present().map(groupLine)));

  const mark = () => {
    for (const line of document.querySelectorAll("[data-group]")) line.setAttribute("aria-pressed", String(PM.filters.state.segment === `g:${line.getAttribute("data-group")}`));
  };

  /* Unplaced projects without a preferred district have no place on the map: they stand in a box at its edge. */
  const edgeBox = () => {
    const box = byId("edge-box");
    const homeless = PM.data.projects.filter((project) => !project.placed && !project.home);
    box.hidden = homeless.length === 0;
    PM.replace(box, PM.el("button", { type: "button", class: "unplaced-mark", onclick: () => PM.panel.showUnplaced("") },
      "◆ ", PM.t("unplaced"), " · ", PM.t("anyDistrict"), ` ${homeless.length}`));
  };

  return { draw, mark, edgeBox };
})();
