/* What every page needs beyond links and forms: a form is sent once, and messages are heard. */
"use strict";
(() => {
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.dataset.sent) {
            event.preventDefault();
            return;
        }
        if (!form.hasAttribute("data-again")) {
            form.dataset.sent = "yes";
        }
    });
    // a page that comes back from the browser's store may be sent again
    window.addEventListener("pageshow", () => {
        for (const form of document.querySelectorAll("form[data-sent]")) {
            delete form.dataset.sent;
        }
    });
    // the browser's own words beside a file are in the browser's language, not in the page's
    for (const input of document.querySelectorAll("input[type=file][data-choose]")) {
        const button = document.createElement("label");
        button.htmlFor = input.id;
        button.className = "button";
        button.textContent = input.dataset.choose;
        const name = document.createElement("span");
        name.className = "soft";
        const say = () => {
            name.textContent = input.files.length ? input.files[0].name : input.dataset.none;
        };
        input.addEventListener("change", say);
        input.classList.add("aside");
        input.after(button, " ", name);
        say();
    }
    // what was said once is not said again when the page is read anew
    const here = new URL(location.href);
    if (here.searchParams.has("said")) {
        here.searchParams.delete("said");
        history.replaceState(history.state, "", here);
    }
    document.documentElement.dataset.ready = "yes";
})();
