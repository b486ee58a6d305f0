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
    // what was said once is not said again when the page is read anew
    const here = new URL(location.href);
    if (here.searchParams.has("said")) {
        here.searchParams.delete("said");
        history.replaceState(history.state, "", here);
    }
    document.documentElement.dataset.ready = "yes";
})();
