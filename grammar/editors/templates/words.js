// The words of the language that grammar.js needs as lists, from grammar/keywords.def.
module.exports = {
  reserved: [@Reserved:list@, @Literal:list@],
  reportItems: [@ReportItem:list@],
  declarations: [@Declaration:list@],
};
