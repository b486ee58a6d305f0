"use strict";
/* Shared namespace and small tools. Every text reaches the page as a text node; no HTML is ever parsed from strings. */
const PM = { lang: "both", selection: null, listeners: [] };

PM.el = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return PM.fill(node, children);
};

PM.fill = (node, children) => {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
};

PM.replace = (node, ...children) => { node.replaceChildren(); return PM.fill(node, children); };

PM.svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null) node.setAttribute(name, String(value));
  return PM.fill(node, children);
};

/* Two languages. `bi` shows both when both are wanted, `either` shows Chinese then, because the text is a number. */
PM.bi = (label) => {
  const [zh, en] = [label.zh || label.en || "", label.en || label.zh || ""];
  if (zh === en) return [zh];
  return [PM.el("span", { class: "zh", lang: "zh" }, zh), PM.el("span", { class: "gap" }, " "),
    PM.el("span", { class: "en", lang: "en" }, en)];
};
PM.either = (zh, en) => [PM.el("span", { class: "zh", lang: "zh" }, zh), PM.el("span", { class: "only-en", lang: "en" }, en)];
PM.plain = (label) => {
  const [zh, en] = [label.zh || label.en || "", label.en || label.zh || ""];
  if (PM.lang === "zh" || zh === en) return zh;
  return PM.lang === "en" ? en : `${zh} ${en}`;
};
PM.short = (label) => (PM.lang === "en" ? label.en || label.zh : label.zh || label.en) || "";
PM.t = (key) => PM.bi(PM.strings[key]);
PM.say = (key) => PM.plain(PM.strings[key]);

/* Sizes of nodes that are not on the page yet, all measured in one layout. */
PM.measure = (nodes) => {
  const holder = PM.el("div", { class: "measuring", "aria-hidden": "true" }, nodes);
  document.body.append(holder);
  const sizes = nodes.map((node) => ({ w: Math.ceil(node.offsetWidth), h: Math.ceil(node.offsetHeight) }));
  holder.remove();
  nodes.forEach((node) => node.remove());
  return sizes;
};

PM.m2 = (area) => `${Math.round(area).toLocaleString("en-US")} m²`;
PM.tenThousands = (area) => (area / 10000).toFixed(area >= 1000000 ? 0 : area >= 100000 ? 1 : 2);
PM.area = (area) => PM.either(`${PM.tenThousands(area)} 万m²`, PM.m2(area));
PM.percent = (share) => {
  const value = share * 100;
  if (value > 0 && value < 1) return "<1";
  return String(value < 100 ? Math.min(99, Math.round(value)) : Math.round(value));
};
PM.month = (month) => `${Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`;
PM.late = (months) => (months ? PM.el("span", { class: "exception-tag" }, PM.bi({ zh: `晚 ${months} 个月`, en: `${months} month${months === 1 ? "" : "s"} late` })) : null);
PM.half = (month) => Math.floor(month / 6);
PM.halfName = (half) => `${Math.floor(half / 2)}H${half % 2 + 1}`;

PM.signed = (text, number) => (number > 0 ? `+${text}` : number < 0 ? `−${text}` : `±${text}`);
PM.signedArea = (area) => PM.either(PM.signed(Math.abs(area) < 10000 ? PM.m2(Math.abs(area)) : `${PM.tenThousands(Math.abs(area))} 万m²`, area), PM.signed(PM.m2(Math.abs(area)), area));
PM.signedNumber = (value) => PM.signed(Math.abs(value).toLocaleString("en-US"), value);
PM.colour = (role) => PM.data.payload.palette[role];
PM.sheet = (className, head, lines, caption) => PM.el("table", { class: className, "aria-label": caption },
  PM.el("thead", {}, PM.el("tr", {}, head.map((cell) => PM.el("th", { scope: "col" }, cell)))),
  PM.el("tbody", {}, lines.map(([name, ...cells]) => PM.el("tr", {}, PM.el("th", { scope: "row" }, name), cells.map((cell) => (cell instanceof Node && cell.tagName === "TD" ? cell : PM.el("td", {}, cell)))))));

PM.onChange = (listener) => PM.listeners.push(listener);
PM.changed = (what) => { for (const listener of PM.listeners) listener(what); };
PM.select = (kind, id) => {
  const same = PM.selection && PM.selection.kind === kind && PM.selection.id === id;
  if (same) return;
  PM.selection = kind ? { kind, id } : null;
  PM.changed("selection");
  document.dispatchEvent(new CustomEvent("planmap:select", { detail: PM.selection }));
};
PM.selected = (kind) => (PM.selection && PM.selection.kind === kind ? PM.selection.id : null);
PM.assumedTag = () => PM.el("span", { class: "assumed-tag" }, PM.bi(PM.strings.assumed));
