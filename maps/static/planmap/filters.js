"use strict";
/* Conditions that all hold at once. */
PM.filters = (() => {
  const EMPTY = { text: "", segment: "", tier: "", district: "", function: "", status: "", period: "" };
  const state = { ...EMPTY };

  const inSegment = (project) => state.segment === `g:${project.group.id}` || state.segment === `s:${project.segment}`;
  const hasStatus = (project) => ({
    placed: project.placed, unplaced: !project.placed, exception: project.exception,
  })[state.status];
  const inDistrict = (component) => (component.space
    ? component.space.park.district === state.district
    : component.project.home === state.district || (!component.project.home && component.project.districts.includes(state.district)));
  const somewhere = (project) => project.components.some((component) =>
    (!state.function || component.function === state.function) && (!state.district || inDistrict(component)));

  const matches = (project) => (!state.segment || inSegment(project))
    && (!state.tier || project.tier === state.tier)
    && (!state.status || hasStatus(project))
    && (!state.period || (project.start !== null && PM.half(project.start) <= Number(state.period)))
    && ((!state.function && !state.district) || somewhere(project))
    && state.text.toLowerCase().split(/\s+/).every((word) => project.words.includes(word));

  const apply = () => {
    PM.shown = PM.data.projects.filter(matches);
    PM.changed("filter");
  };
  const set = (name, value) => { state[name] = value; apply(); };
  const clear = () => { Object.assign(state, EMPTY); apply(); };
  const active = () => Object.keys(EMPTY).some((name) => state[name] !== "");

  return { state, set, clear, apply, active };
})();
