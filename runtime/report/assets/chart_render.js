// Runs after Vega and Vega-Lite in the child process; see chart_host.js. The child process then sets `specs`,
// JSON text of an array of Vega-Lite specifications, calls draw_all() and takes `outcome`: per chart its SVG text
// or {"error": text}.
"use strict";
document = undefined;

function refuse_load() {
  return Promise.reject(new Error("charts load nothing"));
}

const quiet = { level() { return quiet; }, error() { return quiet; }, warn() { return quiet; },
                info() { return quiet; }, debug() { return quiet; } };

// The promise of the SVG text.
function draw(spec) {
  const compiled = vegaLite.compile(spec, { logger: quiet }).spec;
  const loader = { load: refuse_load, sanitize: refuse_load, http: refuse_load, file: refuse_load };
  return new vega.View(vega.parse(compiled), { renderer: "none", logger: quiet, loader }).toSVG();
}

var specs = "[]";
var outcome = [];
function draw_all() {
  JSON.parse(specs).forEach((spec, index) => {
    outcome[index] = { error: "the chart engine gave no picture" };
    try {
      draw(spec).then(
        (svg) => { outcome[index] = svg; },
        (error) => { outcome[index] = { error: String(error) }; });
    } catch (error) {
      outcome[index] = { error: String(error) };
    }
  });
}

// A picture for nobody, drawn while the charts are not known yet: afterwards the engine has read most of the
// functions that they need.
draw({
  width: 200, height: 100, autosize: { type: "fit-x", contains: "padding" },
  data: { values: [{ s: "a", x: [1, 2], y: [1, 2] }, { s: "b", x: [1, 2], y: [2, 1] }] },
  encoding: {
    x: { field: "x", type: "quantitative", scale: { nice: false } },
    y: { field: "y", type: "quantitative", title: "y", scale: { zero: false } },
    color: { field: "s", type: "nominal", scale: { domain: ["a", "b"], range: ["red", "blue"] },
             legend: { columns: 2, symbolType: "stroke" } },
  },
  layer: [
    { transform: [{ flatten: ["x", "y"] }],
      layer: [{ mark: "line" }, { mark: { type: "point", filled: true } }] },
    { transform: [{ filter: "isValid(datum.s)" }], mark: { type: "text", dx: 7 },
      encoding: { x: { value: "width" }, text: { field: "s", type: "nominal" } } },
  ],
});
