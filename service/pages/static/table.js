/* A table is searched while one types; without this script the whole of it is there. */
"use strict";
(() => {
    for (const box of document.querySelectorAll("[data-filter]")) {
        const rows = [...document.querySelectorAll(`#${box.dataset.filter} tbody tr`)];
        const [find, state, found] = [box.querySelector("input"), box.querySelector("select"), box.querySelector("[role=status]")];
        const texts = rows.map((row) => row.textContent.toLowerCase());
        const apply = () => {
            const wanted = find.value.trim().toLowerCase();
            let count = 0;
            rows.forEach((row, place) => {
                const fits = texts[place].includes(wanted) && (!state || !state.value || row.dataset.state === state.value);
                row.hidden = !fits;
                count += fits;
            });
            found.textContent = box.dataset.found.replace("{n}", String(count));
        };
        find.addEventListener("input", apply);
        if (state) {
            state.addEventListener("change", apply);
        }
        box.hidden = false;
        apply();
    }
})();
