// The grammar of .nn files for tree-sitter, from the whole to the parts. Its rules are those of ../../nn.ebnf; it accepts
// what the compiler accepts (tests/editors/tree_sitter compares the two on thousands of damaged files).
//
// src/scanner.c reads what depends on more than the next characters: brackets, for line breaks mean nothing inside ( ) and
// [ ]; line breaks, for a line goes on before an operator; prose; numbers, which nothing may follow directly.
const words = require('./words.js');

// Binary operators, loosest first (../../operators.def). `not` stands between `and` and the comparisons, unary `-` between
// the products and `^`.
const levels = [
  {name: 'pipe', signs: ['|>'], group: 'left'},
  {name: 'or', signs: ['or'], group: 'left'},
  {name: 'and', signs: ['and'], group: 'left'},
  {name: 'not', prefix: 'not'},
  {name: 'comparison', signs: ['==', '!=', '<=', '>=', '<', '>'], group: 'once'},
  {name: 'range', signs: ['..'], group: 'once'},
  {name: 'sum', signs: ['+', '-'], group: 'left'},
  {name: 'product', signs: ['*', '/', '//', '%', '@'], group: 'left'},
  {name: 'negation', prefix: '-'},
  {name: 'power', signs: ['^'], group: 'right'},
];

const rulesOf = {};

// A rule for each level of operators whose first operand is `operand`. A statement cannot begin with an `if` that is an
// expression, so there are two ladders.
function addLadder(ending, operand) {
  const nameAt = (level, end) => (level === levels.length ? operand : `_${levels[level].name}${end}`);
  levels.forEach(({name, signs, prefix, group}, level) => {
    const [own, next] = [`_${name}${ending}`, nameAt(level + 1, ending)];
    const combined = `${name}_expression${ending}`;
    const kind = prefix ? 'unary_expression' : 'binary_expression';
    rulesOf[own] = ($) => choice(alias($[combined], $[kind]), $[next]);
    rulesOf[combined] = ($) => {
      if (prefix) return seq(field('operator', prefix), field('operand', $[`_${name}`]));
      const tokens = signs.map((text) => (text === '<' ? alias($._less, '<') : text));
      const tighter = level + 1 === levels.length ? '_operand' : `_${levels[level + 1].name}`;
      return seq(
        field('left', $[group === 'left' ? own : next]),
        field('operator', tokens.length === 1 ? tokens[0] : choice(...tokens)),
        repeat($._newline),
        field('right', $[group === 'right' ? '_negation' : tighter]));
    };
  });
}
addLadder('', '_operand');
addLadder('_statement', '_operand_statement');

// Lists between brackets, with a last comma if one likes.
const items = (item) => seq(item, repeat(seq(',', item)), optional(','));
const parentheses = ($, ...content) => seq(alias($._open_parenthesis, '('), ...content, alias($._close_parenthesis, ')'));
const brackets = ($, ...content) => seq(alias($._open_bracket, '['), ...content, alias($._close_bracket, ']'));
const braces = ($, ...content) => seq(alias($._open_brace, '{'), ...content, alias($._close_brace, '}'));

// Entries of a block: `end` stands between them, and may stand around them.
const entries = (entry, end, first = entry) =>
  seq(repeat(end), optional(seq(first, repeat(seq(repeat1(end), entry)), repeat(end))));
const block = ($, entry) => braces($, entries(entry, $._separator));
const newlines = ($) => repeat($._newline);

function suffixes($, operand) {
  return {
    call: seq(field('function', operand), field('arguments', $.arguments)),
    index: seq(field('value', operand), brackets($, items($._argument))),
    member: seq(field('value', operand), '.', field('name', alias($.identifier, $.member_name))),
  };
}

module.exports = grammar({
  name: 'nn',
  word: ($) => $.identifier,
  extras: ($) => [/[ \t\r]/, $.comment, $._skipped_newline],
  reserved: {global: () => words.reserved},
  supertypes: ($) => [$.declaration, $.statement, $.experiment_statement, $.expression],

  externals: ($) => [
    $._open_parenthesis, $._close_parenthesis, $._open_bracket, $._close_bracket, $._open_brace, $._close_brace,
    $._newline, $._skipped_newline,
    $._prose_start, $.prose_text, $._prose_end, $._interpolation_start,
    $._quote, $.integer, $.float, $.dims,
    $._less, $._arrow,
    $._in_error,
  ],

  rules: {
    file: ($) => entries($.declaration, $._separator, choice($.version_line, $.declaration)),
    _separator: ($) => choice($._newline, ';'),
    version_line: ($) => seq('nn', token.immediate(prec(1, /[ \t\r]+/)), $.version_number),
    version_number: () => token.immediate(/[^ \t\r\n#;]+/),
    comment: () => token(/#[^\n]*/),

    // ---------------------------------------------------------------- declarations

    declaration: ($) => choice(
      $.import_declaration, $.let_declaration, $.data_declaration, $.function_declaration, $.metric_declaration,
      $.recipe_declaration, $.experiment_declaration, $.report_declaration),
    import_declaration: ($) => seq('import', field('path', $.string)),
    let_declaration: ($) => seq('let', field('name', $.identifier), '=', field('value', $.expression)),
    data_declaration: ($) => seq(
      'data', field('name', $.identifier), '=', field('source', $.expression), optional($.record)),
    function_declaration: ($) => choice(
      seq(field('kind', choice('model', 'layer', 'optimizer')), $._function_head, field('body', $.block)),
      seq(field('kind', choice('fn', 'init', 'loss', 'schedule')), $._function_head,
        choice(seq('=', field('body', $.expression)), field('body', $.block)))),
    _function_head: ($) => seq(field('name', $.identifier), optional(field('parameters', $.parameters))),
    metric_declaration: ($) => seq('metric', $._function_head, field('body', $.record)),
    recipe_declaration: ($) => seq('recipe', field('name', $.identifier), optional($.base), field('body', $.record)),
    base: ($) => seq('from', field('name', $.identifier)),

    parameters: ($) => parentheses($, optional(items($.parameter))),
    parameter: ($) => seq(
      field('name', $.identifier),
      optional(seq(':', field('type', $._type))),
      optional(seq('=', field('default', $.expression)))),
    _type: ($) => choice($.list_type, $.type),
    list_type: ($) => brackets($, $._type),
    type: ($) => seq($._type_word, repeat(seq('|', $._type_word))),
    _type_word: ($) => choice(alias($.identifier, $.type_word), $.none),

    record: ($) => braces($, entries($.setting, choice($._newline, ';', ','))),
    setting: ($) => seq(field('key', alias($.identifier, $.setting_key)), ':', field('value', $.expression)),

    // ---------------------------------------------------------------- experiments

    experiment_declaration: ($) => seq(
      'experiment', field('name', $.identifier), optional($.base), field('body', $.experiment_block)),
    experiment_block: ($) => block($, $.experiment_statement),
    experiment_statement: ($) => choice(
      $.sweep_statement, $.sample_statement, $.where_statement, $.train_statement, $.seeds_statement,
      $.select_statement, $.validate_statement, $.stop_statement),
    sweep_statement: ($) => seq('sweep', choice($._sweep_line, seq($.sweep_branch, repeat(seq('or', $.sweep_branch))))),
    // At least one axis.
    sweep_branch: ($) => braces($,
      repeat($._separator), $._sweep_line, repeat(seq(repeat1($._separator), $._sweep_line)), repeat($._separator)),
    _sweep_line: ($) => seq($.sweep_axis, repeat(seq(',', $.sweep_axis))),
    sweep_axis: ($) => seq(field('name', $.identifier), 'in', field('values', $.expression)),
    sample_statement: ($) => seq('sample', $.expression, 'points'),
    where_statement: ($) => seq('where', $.expression),
    train_statement: ($) => seq(
      'train', field('model', $.expression), 'on', field('data', $.expression), 'with', field('recipe', $.expression),
      optional($.record)),
    seeds_statement: ($) => seq('repeat', 'over', $.expression, 'seeds'),
    select_statement: ($) => seq('select', 'best', 'by', $.expression, optional(seq('over', $.expression))),
    validate_statement: ($) => seq('validate', 'over', $.expression),
    stop_statement: ($) => seq('stop', 'by', $.expression, 'after', $.expression, 'epochs'),

    // ---------------------------------------------------------------- reports

    report_declaration: ($) => seq('report', field('title', $.string), field('body', $.report_block)),
    report_block: ($) => block($, choice($.prose, $.report_item)),
    report_item: ($) => seq(
      field('kind', alias(choice(...words.reportItems), $.report_word)),
      $._results,
      optional(seq(':', newlines($), $._results))),
    _results: ($) => seq($.expression, repeat(seq(',', newlines($), $.expression))),
    prose: ($) => seq(
      alias($._prose_start, '"""'), repeat(choice($.prose_text, $.interpolation)), alias($._prose_end, '"""')),
    interpolation: ($) => seq(alias($._interpolation_start, '{'), $.expression, alias($._close_brace, '}')),

    // ---------------------------------------------------------------- statements of bodies

    block: ($) => block($, $.statement),
    statement: ($) => choice(
      $.let_statement, $.slot_statement, $.expects_statement, $.for_statement, $.repeat_statement, $.if_statement,
      $.input_statement, $.assign_statement, $.expression_statement),
    let_statement: ($) => seq('let', field('name', $.identifier), '=', field('value', $.expression)),
    slot_statement: ($) => seq(
      choice('param', 'state'), field('name', $.identifier), optional(seq(':', field('shape', $.expression))),
      '~', field('init', $.expression)),
    expects_statement: ($) => seq(
      'expects',
      choice(seq(field('subject', choice($.identifier, $.layer_input)), ':', $.shape_pattern), $.expression),
      optional(field('hint', $.string))),
    shape_pattern: ($) => brackets($, optional(items(choice($.identifier, $.integer)))),
    for_statement: ($) => seq(
      'for', field('name', $.identifier), 'in', field('values', $.expression), field('body', $.block)),
    repeat_statement: ($) => seq('repeat', field('count', $.expression), field('body', $.block)),
    if_statement: ($) => seq(
      'if', field('condition', $.expression), $.block,
      repeat(seq('else', 'if', field('condition', $.expression), $.block)),
      optional(seq('else', $.block))),
    input_statement: ($) => seq('input', $.expression),
    assign_statement: ($) => seq(field('name', $.identifier), alias($._arrow, '<-'), field('value', $.expression)),
    expression_statement: ($) => $._pipe_statement,

    // ---------------------------------------------------------------- expressions

    expression: ($) => $._pipe,
    ...rulesOf,

    _operand: ($) => choice($._operand_statement, $.if_expression, alias($._call_of_if, $.call),
      alias($._index_of_if, $.index), alias($._member_of_if, $.member)),
    _operand_statement: ($) => choice(
      $.reference, $.layer_input, $.integer, $.float, $.dims, $.string, $.true, $.false, $.none, $.list, $.group,
      $.call, $.index, $.member),
    call: ($) => suffixes($, $._operand_statement).call,
    index: ($) => suffixes($, $._operand_statement).index,
    member: ($) => suffixes($, $._operand_statement).member,
    _call_of_if: ($) => suffixes($, $._if_operand).call,
    _index_of_if: ($) => suffixes($, $._if_operand).index,
    _member_of_if: ($) => suffixes($, $._if_operand).member,
    _if_operand: ($) => choice($.if_expression, alias($._call_of_if, $.call), alias($._index_of_if, $.index),
      alias($._member_of_if, $.member)),

    arguments: ($) => parentheses($, optional(items($._argument))),
    _argument: ($) => choice($.named_argument, $.expression),
    named_argument: ($) => seq(field('name', alias($.identifier, $.argument_label)), ':', field('value', $.expression)),
    list: ($) => brackets($, optional(items($.expression))),
    group: ($) => parentheses($, $.expression),
    if_expression: ($) => seq(
      'if', field('condition', $.expression), $.branch,
      repeat(seq('else', 'if', field('condition', $.expression), $.branch)),
      'else', $.branch),
    branch: ($) => braces($, newlines($), $.expression, newlines($)),

    reference: ($) => $.identifier,
    layer_input: () => 'in',
    true: () => 'true',
    false: () => 'false',
    none: () => 'none',
    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,
    string: ($) => seq(
      alias($._quote, '"'), repeat(choice($.string_text, $.escape)), token.immediate('"')),
    string_text: () => token.immediate(prec(1, /[^"\\\n]+/)),
    escape: () => token.immediate(/\\["\\nt{]/),
  },
});
