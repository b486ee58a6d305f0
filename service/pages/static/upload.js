/* A file may be dropped anywhere on the field; its name and size are told. */
"use strict";
(() => {
    const [drop, input, chosen] = ["drop", "file", "chosen"].map((id) => document.getElementById(id));
    const tell = () => {
        const file = input.files[0];
        input.setCustomValidity(file && file.size > Number(drop.dataset.most) ? drop.dataset.tooLarge : "");
        chosen.textContent = file ? `${file.name} · ${(file.size / 1024).toFixed(0)} kB` : "";
    };
    const over = (event, is) => {
        event.preventDefault();
        drop.classList.toggle("over", is);
    };
    for (const name of ["dragenter", "dragover"]) {
        drop.addEventListener(name, (event) => over(event, true));
    }
    for (const name of ["dragleave", "drop"]) {
        drop.addEventListener(name, (event) => over(event, false));
    }
    drop.addEventListener("drop", (event) => {
        if (event.dataTransfer.files.length) {
            input.files = event.dataTransfer.files;
            tell();
        }
    });
    input.addEventListener("change", tell);
    tell();
})();
