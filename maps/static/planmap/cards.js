"use strict";
/* The card of the selected project or park. */
PM.cards = (() => {
  const byId = (id) => document.getElementById(id);
  const OFFER = { floor_load_kpa: "load", clear_height_m: "height", power_kw: "power", cleanroom_iso: "cleanroom", ground_floor: "ground", eia_level: "eia", utilities: "utilities" };
  const UNITS = { floor_load_kpa: "kPa", clear_height_m: "m", power_kw: "kW", water_t_day: "t/d", effluent_t_day: "t/d" };
  const EIA = ["exempt", "form", "report"];
  let returnTo = null;

  const meets = (name, need, offer) => {
    if (offer === null || offer === undefined) return null;
    if (name === "cleanroom_iso") return offer <= need;
    if (name === "eia_level") return EIA.indexOf(offer) >= EIA.indexOf(need);
    if (name === "utilities") return need.every((one) => offer.includes(one));
    if (name === "ground_floor") return Boolean(offer);
    return offer >= need;
  };

  const shown = (name, value) => {
    if (value === null || value === undefined) return "–";
    if (name === "ground_floor") return value ? "✓" : "✗";
    if (name === "utilities") return value.length ? value.map((one) => PM.short(PM.label("utility", one))).join(PM.lang === "en" ? ", " : "、") : "–";
    if (name === "eia_level") return PM.short(PM.label("eia_level", value));
    return UNITS[name] ? `${value} ${UNITS[name]}` : String(value);
  };

  const mark = (fit) => (fit === null ? "" : PM.el("span", { class: fit ? "yes" : "no" }, fit ? "\u00a0✓" : "\u00a0✗"));

  const needLine = (name, need, space) => {
    const offer = space && OFFER[name] ? space[OFFER[name]] : null;
    return PM.el("tr", {}, PM.el("th", { scope: "row" }, PM.t(name)), PM.el("td", {}, shown(name, need)),
      PM.el("td", {}, space && OFFER[name] ? [shown(name, offer), mark(meets(name, need, offer))] : "–"));
  };

  const rentLine = (component) => {
    const limit = component.needs.max_rent;
    if (limit === undefined) return null;
    const rent = component.space ? component.space.rent : null;
    return PM.el("tr", {}, PM.el("th", { scope: "row" }, PM.t("rent")), PM.el("td", {}, `≤ ${limit} 元/m²·月`),
      PM.el("td", {}, rent === null ? "–" : [`${rent} 元/m²·月`, mark(rent <= limit)]));
  };

  const startLine = (component) => (component.start === null || component.start === undefined ? null
    : PM.el("tr", {}, PM.el("th", { scope: "row" }, PM.t("start")), PM.el("td", {}, component.needs.start_from === undefined ? "–" : PM.month(component.needs.start_from)),
      PM.el("td", {}, PM.month(component.start), PM.late(component.late))));

  const site = (component, { space, taken }) => PM.el("div", { class: "site" },
    PM.el("button", { type: "button", class: "link", onclick: () => PM.select("park", space.park.id) }, PM.bi({ zh: space.park.zh, en: space.park.en })),
    PM.el("div", { class: "sub" }, PM.bi(PM.districtName(space.park.district)), " · ", PM.bi(PM.label("kind", space.kind)), space.building ? ` · ${space.building}` : "",
      component.sites.length > 1 ? ` · ${PM.m2(taken)}` : "", " · ", PM.month(component.start), " ", space.assumed ? PM.assumedTag() : null));
  const where = (component) => (component.sites.length ? component.sites.map((one) => site(component, one))
    : PM.el("span", { class: "warn-text" }, "◆ ", PM.t("unplaced")));

  const componentBlock = (component) => {
    const { space } = component;
    return PM.el("section", { class: "component" },
      PM.el("h3", {}, PM.bi(PM.label("function", component.function)), component.exception ? PM.el("span", { class: "exception-tag" }, PM.t("exception")) : null),
      PM.el("div", { class: "where" }, where(component)),
      PM.el("table", { class: "needs" },
        PM.el("thead", {}, PM.el("tr", {}, PM.el("td", {}), PM.el("th", { scope: "col" }, PM.t("required")), PM.el("th", { scope: "col" }, PM.t("offered")))),
        PM.el("tbody", {},
          PM.el("tr", {}, PM.el("th", { scope: "row" }, PM.t("area")), PM.el("td", {}, PM.m2(component.area)),
            PM.el("td", {}, space ? [PM.m2(component.taken), mark(component.taken >= component.area)] : "–")),
          Object.keys({ ...OFFER, water_t_day: 0, effluent_t_day: 0 }).filter((name) => component.needs[name] !== undefined)
            .map((name) => needLine(name, component.needs[name], space)),
          rentLine(component), startLine(component))));
  };

  const reasonLines = (project) => {
    const told = project.dossier.reasons || project.reasons.map((code) => PM.label("reason", code));
    const texts = told.map((text) => PM.bi(text));
    return texts.length ? PM.el("section", {}, PM.el("h3", {}, PM.t("reasons")), PM.el("ul", {}, texts.map((text) => PM.el("li", {}, text)))) : null;
  };

  const alternativeLines = (project) => {
    const list = project.dossier.alternatives || [];
    const line = (one) => {
      const park = PM.data.park.get(one.park);
      return PM.el("li", {}, park ? PM.el("button", { type: "button", class: "link", onclick: () => PM.select("park", park.id) }, PM.bi({ zh: park.zh, en: park.en })) : one.park || "", " ", PM.el("span", { class: "sub" }, PM.bi(one.note)));
    };
    return list.length ? PM.el("section", {}, PM.el("h3", {}, PM.t("alternatives")), PM.el("ol", {}, list.map(line))) : null;
  };

  /* Every park with its verdict and, where it is refused, what was needed and what it offers. */
  const reasonOf = (told) => PM.label("reason", `${told.verdict === "blocked" ? "displaced" : "no-option"}/${told.code}`);
  const amount = (value, unit) => (typeof value === "number" ? `${value.toLocaleString("en-US")} ${unit}`.trim() : PM.districtOrText(value));
  const numbers = (told) => (told.code ? `${amount(told.needed, told.unit)} / ${amount(told.offered, told.unit)}` : "");
  const VERDICTS = ["chosen", "possible", "blocked", "unfit"];
  const several = (project) => project.components.length > 1;
  const verdictLines = (project) => {
    if (!project.verdicts.length) return null;
    const order = [...project.verdicts].sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
    const line = (told) => [
      [PM.el("button", { type: "button", class: "link", onclick: () => PM.select("park", told.park.id) }, PM.bi({ zh: told.park.zh, en: told.park.en })), several(project) ? PM.el("div", { class: "sub" }, PM.bi(PM.label("function", told.component.function))) : null],
      [PM.t(`verdict-${told.verdict}`), told.code ? PM.el("div", { class: "sub" }, PM.bi(reasonOf(told))) : null], numbers(told)];
    return PM.el("details", { class: "verdicts", ontoggle: (event) => { if (event.target.open && !event.target.querySelector("table")) event.target.append(PM.sheet("figures", [PM.t("park"), PM.t("verdict"), PM.t("needOffer")], order.map(line), PM.say("verdicts"))); } },
      PM.el("summary", {}, PM.t("verdicts"), ` (${order.length})`));
  };

  /* Unplaced projects that this park could not take, each once, with what stood in the way. */
  const refusedLines = (park) => {
    const once = [...new Map(park.refused.map((told) => [told.component.project.id, told])).values()];
    if (!once.length) return null;
    const line = (told) => [PM.el("button", { type: "button", class: "link", onclick: () => PM.select("project", told.component.project.id) }, PM.plain(PM.projectName(told.component.project))), PM.bi(reasonOf(told)), numbers(told)];
    return PM.el("details", { class: "verdicts", ontoggle: (event) => { if (event.target.open && !event.target.querySelector("table")) event.target.append(PM.sheet("figures", [PM.t("project"), PM.t("reasons"), PM.t("needOffer")], once.map(line), PM.say("refused"))); } },
      PM.el("summary", {}, PM.t("refused"), ` (${once.length})`));
  };

  const keptLine = (project) => (project.kept ? PM.el("p", { class: "sub" }, PM.t("robustness"), "：", PM.t("keptIn"), ` ${project.kept[0]} / ${project.kept[1]}`) : null);

  const wishes = (project) => (project.placed ? null : PM.el("p", { class: "sub" },
    project.nearPark ? [PM.t("nearest"), "：", PM.el("button", { type: "button", class: "link", onclick: () => PM.select("park", project.nearPark.id) }, PM.short(project.nearPark)), " · "] : null, PM.t("preferred"), "：",
    project.districts.length ? project.districts.map((adcode, index) => [index ? "、" : "", PM.bi(PM.districtName(adcode))]) : PM.t("anyDistrict")));

  const projectCard = (project) => [
    PM.el("h2", { tabindex: -1 }, PM.swatch(project.group), PM.bi(PM.projectName(project))),
    PM.el("p", { class: "sub" }, project.id, " · ", project.enterprise, " · ", PM.bi(PM.label("segment", project.segment)), " · ", PM.bi(PM.label("tier", project.tier)), " · ",
      PM.t("priority"), ` ${project.priority}`),
    wishes(project), keptLine(project), project.placed ? null : reasonLines(project),
    PM.el("div", { class: "components" }, project.components.map(componentBlock)),
    project.placed ? reasonLines(project) : null, alternativeLines(project), verdictLines(project)];

  const bar = (shares) => {
    const part = (name, area) => {
      const node = PM.el("span", { class: `part ${name}`, "aria-hidden": "true" });
      node.style.width = `${shares.area ? 100 * area / shares.area : 0}%`;
      return node;
    };
    return PM.el("div", { class: `bar${shares.assumed ? " assumed" : ""}` }, part("occupied", shares.occupied), part("allocated", shares.allocated));
  };

  const tenantLine = (tenancy) => PM.el("li", { class: "tenant" }, tenancy.occupant, PM.el("span", { class: "sub" }, ` ${PM.m2(tenancy.area)}`, tenancy.until === null ? "" : ` → ${PM.month(tenancy.until)}`));
  const newcomerLine = ({ component, taken }) => PM.el("li", { class: "newcomer" },
    PM.el("button", { type: "button", class: "link", onclick: () => PM.select("project", component.project.id) }, PM.plain(PM.projectName(component.project))),
    PM.el("span", { class: "sub" }, " ", PM.bi(PM.label("function", component.function)), ` ${PM.m2(taken)} ${PM.month(component.start)} →`));

  const specification = (space) => [
    space.load === null ? null : `${space.load} kPa`, space.height === null ? null : `${space.height} m`, space.power === null ? null : `${space.power} kW`,
    space.cleanroom === null ? null : `ISO ${space.cleanroom}`, space.rent === null ? null : `${space.rent} 元/m²·月`].filter(Boolean).join(" · ");

  const spaceBlock = (space) => PM.el("section", { class: "space" },
    PM.el("h3", {}, PM.bi(PM.label("kind", space.kind)), space.building ? ` · ${space.building}` : "", " ", space.assumed ? PM.assumedTag() : null),
    PM.el("p", { class: "sub" }, PM.m2(space.area), " · ", PM.t("free"), ` ${PM.m2(space.free)}`, specification(space) ? ` · ${specification(space)}` : ""),
    space.tenants.length || space.newcomers.length
      ? PM.el("ul", { class: "who" }, space.tenants.map(tenantLine), space.newcomers.map(newcomerLine)) : null);

  const parkCard = (park) => [
    PM.el("h2", { tabindex: -1 }, PM.bi({ zh: park.zh, en: park.en })),
    PM.el("p", { class: "sub" }, park.id, " · ", PM.bi(PM.districtName(park.district)), " ", park.assumed ? PM.assumedTag() : null),
    bar(park),
    PM.el("dl", { class: "shares" },
      [["total", park.area], ["occupied", park.occupied], ["allocated", park.allocated], ["free", Math.max(0, park.area - park.occupied - park.allocated)]].map(([key, area]) =>
        PM.el("div", { class: `share ${key}` }, PM.el("dt", {}, PM.t(key)), PM.el("dd", {}, PM.m2(area)))),
      PM.el("div", { class: "share" }, PM.el("dt", {}, PM.t("peak")), PM.el("dd", {}, park.area ? `${PM.percent(PM.ring.used(park))}% · ${PM.month(park.peak)}` : "–"))),
    PM.el("div", { class: "spaces" }, park.spaces.map(spaceBlock)), refusedLines(park)];

  const content = () => {
    const project = PM.data.project.get(PM.selected("project"));
    const park = PM.data.park.get(PM.selected("park"));
    return project ? projectCard(project) : park ? parkCard(park) : null;
  };

  const draw = () => {
    const card = byId("card");
    const inner = content();
    card.hidden = !inner;
    document.body.classList.toggle("with-card", Boolean(inner));
    if (!inner) return;
    PM.replace(byId("card-body"), inner);
    byId("card-body").scrollTop = 0;
  };

  const remember = () => { if (!byId("card").contains(document.activeElement)) returnTo = document.activeElement; };
  const close = () => {
    if (!PM.selection) return;
    const id = PM.selected("project");
    PM.select(null);
    const row = id && document.querySelector(`.row[data-project="${CSS.escape(id)}"]`);
    const target = returnTo && returnTo.isConnected && returnTo !== document.body ? returnTo : row;
    if (target) target.focus({ preventScroll: true });
  };

  const begin = () => {
    byId("card-close").addEventListener("click", close);
    byId("card-zoom").addEventListener("click", () => PM.view.zoomToSelection());
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  };

  return { begin, draw, remember };
})();
