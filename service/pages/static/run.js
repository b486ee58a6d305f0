/* Follows a run: words, numbers, and the curve of incumbent and bound of the goal under way. */
"use strict";
(() => {
    const live = document.getElementById("live");
    const told = live.dataset;
    const goals = JSON.parse(told.goals);
    const zh = document.documentElement.lang.startsWith("zh");
    const byId = (id) => document.getElementById(id);
    const store = `run ${told.run}`;
    const points = JSON.parse(sessionStorage.getItem(store) || "[]");
    const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en-US"));
    const [WIDTH, HEIGHT, EDGE] = [900, 240, 12];
    let started = told.started ? Number(told.started) * 1000 : null;

    const put = (id, text) => {
        const place = byId(id);
        if (place.textContent !== text) {
            place.textContent = text;
        }
    };
    const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
    // a goal by its label; a merged tier by those of its goals, and their weights
    const aim = (name) => {
        const parts = name.split("+").map((part) => part.split("*"));
        const labels = parts.map((part) => goals[part[part.length - 1]] || part[part.length - 1]);
        if (parts.length === 1) {
            return labels[0];
        }
        return fill(told.merged, {goals: labels.join(zh ? "、" : ", "), weights: parts.map((part) => part[0]).join(":")});
    };
    const seconds = (value) => {
        if (value < 90) {
            return zh ? `${Math.round(value)} 秒` : `${Math.round(value)} s`;
        }
        const [minutes, rest] = [Math.floor(value / 60), String(Math.round(value % 60)).padStart(2, "0")];
        return zh ? `${minutes} 分 ${rest} 秒` : `${minutes} min ${rest} s`;
    };

    const line = (found, name, scale) => {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        let said = "";
        let before = null;
        for (const point of found.filter((each) => each[name] !== null)) {
            const [x, y] = scale(point.at, point[name]);
            said += before === null ? `M${x},${y}` : `L${x},${before}L${x},${y}`;
            before = y;
        }
        path.setAttribute("d", said);
        path.setAttribute("class", name);
        return path;
    };

    const draw = () => {
        const last = points[points.length - 1];
        if (!last) {
            return;
        }
        const found = points.filter((each) => each.goal === last.goal);
        const values = found.flatMap((each) => [each.incumbent, each.bound]).filter((each) => each !== null);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const [from, to] = [found[0].at, Math.max(found[0].at + 5, last.at)];
        const scale = (at, value) => [
            EDGE + ((WIDTH - 2 * EDGE) * (at - from)) / (to - from),
            high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low),
        ];
        byId("curve").replaceChildren(line(found, "bound", scale), line(found, "incumbent", scale));
        put("axis-high", fill(told.high, {value: number(high)}));
        put("axis-low", fill(told.low, {value: number(low)}));
        put("axis-from", seconds(from));
        put("axis-goal", aim(last.goal));
        put("axis-to", seconds(to));
    };

    /* Every phase with its own bar; the one under way goes on between two messages. */
    const steps = [...document.querySelectorAll("#phases li")];
    let heard = Date.now();
    const clock = () => {
        const at = steps.findIndex((step) => step.getAttribute("aria-current") === "step");
        steps.forEach((step, place) => {
            const [bar, words] = [step.querySelector("progress"), step.querySelector("span:last-child")];
            const expected = Number(step.dataset.expected);
            const used = Number(step.dataset.seconds) + (place === at ? (Date.now() - heard) / 1000 : 0);
            bar.value = place < at ? expected : Math.min(used, expected);
            const said = place < at ? told.took : place > at ? told.coming : used > expected ? told.slow : told.now;
            const text = fill(said, {used: seconds(used), limit: seconds(expected)});
            if (words.textContent !== text) {
                words.textContent = text;
            }
        });
    };

    const advance = (progress) => {
        heard = Date.now();
        const phases = Object.fromEntries((progress.phases || []).map((each) => [each.phase, each]));
        for (const step of steps) {
            const each = phases[step.dataset.phase];
            if (each) {
                step.dataset.seconds = each.seconds;
                step.dataset.expected = each.expected_s;
                step.querySelector("progress").max = each.expected_s;
            }
            if (step.dataset.phase === progress.phase) {
                step.setAttribute("aria-current", "step");
            } else {
                step.removeAttribute("aria-current");
            }
        }
        const keep = byId("keep");
        if (keep && progress.phase) {
            keep.hidden = !told.stoppable.split(" ").includes(progress.phase);
        }
        clock();
    };

    const show = (said) => {
        const progress = said.progress || {};
        if (said.state === "running" && started === null) {
            started = Date.now();
            byId("state").replaceChildren(byId("at-work").content.cloneNode(true));
            byId("said").replaceChildren();
        }
        advance(progress);
        if (progress.phase) {
            const facts = {goal: progress.goal && aim(progress.goal), done: progress.done, of: progress.of};
            put("phase", fill(told[progress.phase] || told.starting, facts));
        } else {
            put("phase", said.state === "queued" ? told.queued : told.starting);
        }
        if (progress.phase === "solving") {
            put("incumbent", number(progress.incumbent));
            put("bound", number(progress.bound));
            put("gap", progress.gap === null ? "–" : `${(progress.gap * 100).toFixed(2)}%`);
            const at = started === null ? 0 : (Date.now() - started) / 1000;
            points.push({at, goal: progress.goal, incumbent: progress.incumbent, bound: progress.bound});
            sessionStorage.setItem(store, JSON.stringify(points.slice(-2000)));
            draw();
        }
    };

    const source = new EventSource(told.events);
    source.addEventListener("progress", (event) => show(JSON.parse(event.data)));
    source.addEventListener("end", () => {
        source.close();
        sessionStorage.removeItem(store);
        // the page of a run that is over says how it ended, in words
        window.location.reload();
    });
    source.addEventListener("error", () => put("phase", told.lost));
    setInterval(clock, 500);
    clock();
    draw();
})();
