// Runs after Vega and Vega-Lite in the child process; see chart_host.js.
"use strict";
document = undefined;

function refuse_load() {
  return Promise.reject(new Error("charts load nothing"));
}

var outcome = [];
function render_all() {
  const list = JSON.parse(specs);
  const quiet = { level() { return quiet; }, error() { return quiet; }, warn() { return quiet; },
                  info() { return quiet; }, debug() { return quiet; } };
  list.forEach((spec, index) => {
    outcome[index] = { error: "the chart engine gave no picture" };
    try {
      const compiled = vegaLite.compile(spec, { logger: quiet }).spec;
      const loader = { load: refuse_load, sanitize: refuse_load, http: refuse_load, file: refuse_load };
      const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: quiet, loader });
      view.toSVG().then(
        (svg) => { outcome[index] = svg; },
        (error) => { outcome[index] = { error: String(error) }; });
    } catch (error) {
      outcome[index] = { error: String(error) };
    }
  });
}
render_all();
