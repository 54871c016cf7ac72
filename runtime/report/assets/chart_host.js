// What Vega expects of its surroundings and a bare JavaScript engine lacks.
"use strict";
var structuredClone = function (value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
};
var console = { log() {}, warn() {}, error() {}, info() {}, debug() {} };
// Nothing in a static rendering waits for time to pass.
var setTimeout = function () { return 0; };
var clearTimeout = function () {};

// Advance widths of a common sans-serif, in 1/1000 em, slightly generous: the reader's font is not known here.
var text_width = (function () {
  const width = {};
  const put = (characters, value) => { for (const c of characters) width[c] = value; };
  put("abcdeghnopqsuvxyzkL0123456789$?_#+=<>~", 620);
  put("ijl|'", 280);
  put("ftIr.,:;!/\\()[]{}-\" `", 390);
  put("ABCDEFGHJKNOPQRSTUVXYZ&", 720);
  put("mwMW%@", 960);
  return (text, size) => {
    let sum = 0;
    for (const c of String(text)) sum += width[c] || (c.codePointAt(0) > 0x2e7f ? 1000 : 640);
    return (sum * size) / 1000;
  };
})();

// Vega measures text on a canvas if it finds one while it is loaded; this one can do nothing else.
var document = {
  createElement() {
    const context = {
      font: "11px sans-serif",
      measureText(text) {
        const size = /([0-9.]+)px/.exec(context.font);
        return { width: text_width(text, size ? Number(size[1]) : 11) };
      },
    };
    return { width: 1, height: 1, getContext: () => context };
  },
};
