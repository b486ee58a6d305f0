// Let the search work when the site is opened from disk, where browsers refuse workers: the script of a worker runs in a
// frame of its own. Over HTTP nothing is changed.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.target = frame.contentWindow;
      window.addEventListener("message", (event) => {
        if (event.source === this.target) this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      });
      this.loaded = new Promise((resolve) => {
        window.addEventListener("iframe-worker-loaded", resolve, { once: true });
      });
      const page = this.target.document;
      page.open();
      page.write(
        "<script>" +
          "postMessage = (data) => parent.dispatchEvent(new MessageEvent('message', { data, source: window }));" +
          "importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((resolve) => {" +
          "const script = document.createElement('script');" +
          "script.src = url; script.onload = resolve; document.body.append(script); })), Promise.resolve());" +
          `</script><script src="${url}"></script>` +
          "<script>parent.dispatchEvent(new Event('iframe-worker-loaded'));</script>",
      );
      page.close();
    }

    postMessage(data) {
      this.loaded.then(() => this.target.dispatchEvent(new MessageEvent("message", { data, source: window })));
    }

    terminate() {
      this.target.frameElement.remove();
    }
  };
}
