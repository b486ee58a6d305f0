"use strict";
/* The views of a page: each says what the list shows, how places are marked, and which lines are drawn.
   A view is { id, label, offered, filters, list, marks, tint, label, links, legend, enter, leave }; what it leaves out
   is as in the overview. */
PM.views = (() => {
  const byId = (id) => document.getElementById(id);
  const all = [];
  let current = null;

  const add = (view) => all.push(view);
  const offered = () => all.filter((view) => !view.offered || view.offered());
  const find = (id) => offered().find((view) => view.id === id);
  const now = () => current;

  const tab = (view) => PM.el("button", { type: "button", role: "tab", id: `tab-${view.id}`, "aria-controls": "list", "aria-selected": String(view === current),
    tabindex: view === current ? 0 : -1, onclick: () => open(view.id), onkeydown: (event) => step(event, view) },
  PM.t(view.title), view.count && view.count() ? PM.el("span", { class: "badge-count" }, String(view.count())) : null);

  const step = (event, view) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const open_ = offered();
    const next = open_[(open_.indexOf(view) + by + open_.length) % open_.length];
    open(next.id);
    byId(`tab-${next.id}`).focus();
  };

  /* On a phone the tabs scroll sideways: the open one comes into sight. */
  const drawTabs = () => {
    PM.replace(byId("views"), offered().map(tab));
    const [strip, chosen] = [byId("views"), byId(`tab-${current.id}`)];
    strip.scrollLeft = Math.max(0, chosen.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + chosen.offsetWidth / 2);
  };

  const open = (id) => {
    const next = find(id) || offered()[0];
    if (next === current) return;
    if (current && current.leave) current.leave();
    current = next;
    document.documentElement.setAttribute("data-view", current.id);
    byId("list").setAttribute("aria-labelledby", `tab-${current.id}`);
    drawTabs();
    if (current.enter) current.enter();
    PM.changed("view");
  };

  return { add, offered, find, now, open, drawTabs };
})();
