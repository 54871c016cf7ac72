// Makes the charts of the report interactive, on the first touch of one: unpacks the embedded chart engine, draws the
// same specifications again and shows the values under the pointer. Without it the page is complete, but still.
"use strict";
(function () {
  const engine = document.getElementById("chart-engine");
  const source = document.getElementById("chart-specs");
  if (!engine || !source || typeof DecompressionStream === "undefined") return;
  const specs = JSON.parse(source.textContent);
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.hidden = true;
  document.body.appendChild(bubble);

  let loading = null;
  function load_engine() {
    if (loading) return loading;
    loading = (async () => {
      const bytes = Uint8Array.from(atob(engine.textContent.trim()), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      (0, eval)(await new Response(stream).text());
    })();
    return loading;
  }

  function show_bubble(handler, event, item, value) {
    bubble.hidden = value === null || value === undefined || value === "";
    if (bubble.hidden) return;
    bubble.textContent = "";
    for (const [name, text] of Object.entries(value)) {
      const line = document.createElement("div");
      const label = document.createElement("span");
      label.textContent = name;
      const number = document.createElement("b");
      number.textContent = text;
      line.append(label, number);
      bubble.append(line);
    }
    const box = bubble.getBoundingClientRect();
    const left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - box.width - 8));
    const above = event.clientY + 16 + box.height > window.innerHeight;
    bubble.style.left = left + "px";
    bubble.style.top = (above ? event.clientY - box.height - 12 : event.clientY + 16) + "px";
  }

  async function upgrade(chart) {
    await load_engine();
    const stage = document.createElement("div");
    const compiled = vegaLite.compile(specs[Number(chart.dataset.chart)]).spec;
    const refuse = () => Promise.reject(new Error("charts load nothing"));
    const view = new vega.View(vega.parse(compiled), {
      renderer: "svg", container: stage, hover: true, tooltip: show_bubble,
      loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    });
    await view.runAsync();
    chart.replaceChildren(stage);
  }

  for (const chart of document.querySelectorAll("[data-chart]")) {
    const start = () => upgrade(chart).catch(() => {});  // the still picture stays
    chart.addEventListener("pointerenter", start, { once: true });
    chart.addEventListener("pointerleave", () => { bubble.hidden = true; });
  }
})();
