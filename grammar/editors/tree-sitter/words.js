// The words of the language that grammar.js needs as lists, from grammar/keywords.def.
module.exports = {
  reserved: ["let", "for", "in", "repeat", "if", "else", "and", "or", "not", "import", "param", "state", "expects", "input", "fn", "true", "false", "none"],
  reportItems: ["images", "summary", "curves", "table", "bars", "compare", "claim", "confusion", "roc", "mistakes", "heatmap", "selection"],
  declarations: ["import", "let", "data", "model", "layer", "fn", "init", "loss", "optimizer", "schedule", "metric", "recipe", "experiment", "report"],
};
