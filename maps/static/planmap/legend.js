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
      PM.el("option", { value, selected: PM.links.state.mode === value }, PM.plain(PM.strings[key])))));

  const present = () => {
    const used = new Set(PM.data.projects.map((project) => project.group.id));
    return [...PM.data.groups.values()].filter((group) => used.has(group.id));
  };

  const key = (patchName, words) => PM.el("span", { class: "key" }, PM.el("i", { class: `patch ${patchName}`, "aria-hidden": "true" }), PM.t(words));
  const keys = () => PM.el("div", { class: "legend-keys" }, ["occupied", "allocated", "free", "busy", "assumed"].map((name) => key(name, name)));
  const note = (words) => PM.el("p", { class: "note" }, PM.t(words));
  const patch = (role) => {
    const node = PM.el("i", { class: "patch", "aria-hidden": "true" });
    node.style.backgroundColor = PM.colour(role);
    return node;
  };
  const levels = ([little, much]) => PM.el("div", { class: "legend-keys" }, PM.t(little), [1, 2, 3, 4, 5].map((step) => patch(`level-${step}`)), PM.t(much));

  const rings = () => [keys(), note("ringSize")];
  const unplaced = () => note("unplacedNote");
  const groups = () => PM.el("div", { class: "legend-groups" }, present().map(groupLine));

  const draw = () => PM.replace(byId("legend-body"), PM.views.now().legend());

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

  return { draw, mark, edgeBox, key, keys, note, patch, levels, rings, unplaced, groups, modes };
})();
