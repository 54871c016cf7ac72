// What depends on more than the next characters of a .nn file:
//   brackets      inside ( ) and [ ] line breaks mean nothing; { } inside them ends that
//   line breaks   a line goes on before an operator at the start of the next, but `-b` begins a statement
//   prose         {{ and }} are characters of it, { begins a value
//   numbers       `12abc` and `5.` are none
// The state is one byte per open bracket: whether line breaks mean nothing in it.
#include <string.h>

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum Token {  // in the order of `externals` in grammar.js
  OPEN_PARENTHESIS,
  CLOSE_PARENTHESIS,
  OPEN_BRACKET,
  CLOSE_BRACKET,
  OPEN_BRACE,
  CLOSE_BRACE,
  NEWLINE,
  SKIPPED_NEWLINE,
  PROSE_START,
  PROSE_TEXT,
  PROSE_END,
  INTERPOLATION_START,
  QUOTE,
  INTEGER,
  FLOAT,
  DIMS,
  LESS,
  ARROW,
  IN_ERROR,  // never found: it is wanted only while tree-sitter recovers from a mistake
};

// The compiler refuses more than 256 levels.
enum { MOST_OPEN = TREE_SITTER_SERIALIZATION_BUFFER_SIZE };
// How many lines without code may stand between a line and the operator that goes on with it. Each of them is looked at
// from all before it.
enum { MOST_EMPTY_LINES = 200 };

typedef struct {
  unsigned open;
  char is_flat[MOST_OPEN];  // line breaks mean nothing
} Scanner;

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r'; }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_word(int32_t c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static bool found(TSLexer *lexer, enum Token token) {
  lexer->mark_end(lexer);
  lexer->result_symbol = token;
  return true;
}

// ---------------------------------------------------------------- brackets

static bool open_bracket(Scanner *scanner, TSLexer *lexer, enum Token token, bool is_flat) {
  advance(lexer);
  if (scanner->open < MOST_OPEN) scanner->is_flat[scanner->open++] = (char)is_flat;
  return found(lexer, token);
}

static bool close_bracket(Scanner *scanner, TSLexer *lexer, enum Token token) {
  advance(lexer);
  if (scanner->open > 0) --scanner->open;
  return found(lexer, token);
}

static bool scan_bracket(Scanner *scanner, TSLexer *lexer, const bool *wanted) {
  static const char signs[] = "()[]{}";
  const char *sign = lexer->lookahead < 128 ? strchr(signs, (int)lexer->lookahead) : NULL;
  if (sign == NULL || lexer->lookahead == 0) return false;
  const enum Token token = (enum Token)(OPEN_PARENTHESIS + (sign - signs));
  if (!wanted[token]) return false;
  if (token % 2 == 0) return open_bracket(scanner, lexer, token, token != OPEN_BRACE);
  return close_bracket(scanner, lexer, token);
}

// ---------------------------------------------------------------- line breaks

static bool begins_with_word(TSLexer *lexer, const char *word) {
  for (; *word != '\0'; ++word) {
    if (lexer->lookahead != *word) return false;
    advance(lexer);
  }
  return !is_word(lexer->lookahead);
}

// Whether what begins here goes on with the line before. No statement begins like this, except with a minus.
static bool goes_on(TSLexer *lexer, bool operator_may_follow) {
  switch (lexer->lookahead) {
    case '|':
      advance(lexer);
      return lexer->lookahead == '>';
    case '=':
    case '!':
      advance(lexer);
      return lexer->lookahead == '=';
    case '.':
      advance(lexer);
      return lexer->lookahead == '.';
    case '<':
      advance(lexer);
      return lexer->lookahead != '-';
    case '>':
    case '+':
    case '*':
    case '/':
    case '%':
    case '@':
    case '^':
      return true;
    case '-':
      advance(lexer);
      return operator_may_follow && (is_blank(lexer->lookahead) || lexer->lookahead == '\n');
    case 'a':
      return begins_with_word(lexer, "and");
    case 'o':
      return begins_with_word(lexer, "or");
    case 'e':
      return begins_with_word(lexer, "else");
    default:
      return false;
  }
}

// To the next line with code; false if it is too far away.
static bool skip_empty_lines(TSLexer *lexer) {
  for (int lines = 0; lines < MOST_EMPTY_LINES; ++lines) {
    while (is_blank(lexer->lookahead)) advance(lexer);
    if (lexer->lookahead == '#')
      while (lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
    if (lexer->lookahead != '\n') return true;
    advance(lexer);
  }
  return false;
}

static bool scan_line_break(const Scanner *scanner, TSLexer *lexer, const bool *wanted) {
  advance(lexer);
  lexer->mark_end(lexer);
  const bool is_flat = scanner->open > 0 && scanner->is_flat[scanner->open - 1];
  // Where a comparison may follow, so may a minus.
  const bool skipped = is_flat || (skip_empty_lines(lexer) && goes_on(lexer, wanted[LESS]));
  lexer->result_symbol = skipped ? SKIPPED_NEWLINE : NEWLINE;
  return wanted[lexer->result_symbol];
}

// ---------------------------------------------------------------- prose and strings

// How many quotes stand here, up to `most`; they are behind us then.
static int skip_quotes(TSLexer *lexer, int most) {
  int quotes = 0;
  while (quotes < most && lexer->lookahead == '"') {
    advance(lexer);
    ++quotes;
  }
  return quotes;
}

static bool scan_quotes(TSLexer *lexer, const bool *wanted) {
  advance(lexer);
  lexer->mark_end(lexer);
  lexer->result_symbol = QUOTE;
  if (skip_quotes(lexer, 2) < 2) return wanted[QUOTE];
  return wanted[PROSE_START] && found(lexer, PROSE_START);
}

// Up to the quotes, a value or a stray brace.
static bool scan_prose(Scanner *scanner, TSLexer *lexer) {
  bool any = false;
  lexer->result_symbol = PROSE_TEXT;
  while (!lexer->eof(lexer)) {
    lexer->mark_end(lexer);
    const int32_t c = lexer->lookahead;
    if (c == '"') {
      if (skip_quotes(lexer, 3) == 3) return any || found(lexer, PROSE_END);
    } else if (c == '{' || c == '}') {
      advance(lexer);
      const bool is_doubled = lexer->lookahead == c;
      if (!is_doubled && (any || c == '}')) return any;
      if (!is_doubled) {
        if (scanner->open < MOST_OPEN) scanner->is_flat[scanner->open++] = true;
        return found(lexer, INTERPOLATION_START);
      }
      advance(lexer);
    } else {
      advance(lexer);
    }
    any = true;
  }
  lexer->mark_end(lexer);
  return any;
}

// ---------------------------------------------------------------- numbers and signs

// 12, 60_000; false if there is no digit where one must be.
static bool skip_digits(TSLexer *lexer) {
  do {
    if (lexer->lookahead == '_') advance(lexer);
    if (!is_digit(lexer->lookahead)) return false;
    while (is_digit(lexer->lookahead)) advance(lexer);
  } while (lexer->lookahead == '_');
  return true;
}

static bool skip_exponent(TSLexer *lexer) {
  advance(lexer);
  if (lexer->lookahead == '+' || lexer->lookahead == '-') advance(lexer);
  return is_digit(lexer->lookahead) && skip_digits(lexer);
}

static bool scan_number(TSLexer *lexer, const bool *wanted) {
  enum Token token = INTEGER;
  if (!skip_digits(lexer)) return false;
  lexer->mark_end(lexer);
  while (lexer->lookahead == 'x') {
    advance(lexer);
    if (!is_digit(lexer->lookahead) || !skip_digits(lexer)) return false;
    token = DIMS;
  }
  if (token == INTEGER && lexer->lookahead == '.') {
    advance(lexer);
    if (lexer->lookahead == '.') {  // a range
      lexer->result_symbol = INTEGER;
      return wanted[INTEGER];
    }
    if (!is_digit(lexer->lookahead) || !skip_digits(lexer)) return false;
    token = FLOAT;
  }
  if (token != DIMS && (lexer->lookahead == 'e' || lexer->lookahead == 'E')) {
    if (!skip_exponent(lexer)) return false;
    token = FLOAT;
  }
  if (is_word(lexer->lookahead)) return false;
  lexer->mark_end(lexer);
  lexer->result_symbol = token;
  if (lexer->lookahead == '.') {
    advance(lexer);
    if (lexer->lookahead != '.') return false;
  }
  return wanted[token];
}

static bool scan_less(TSLexer *lexer, const bool *wanted) {
  advance(lexer);
  if (lexer->lookahead == '=') return false;  // <= is a token of the grammar
  if (lexer->lookahead != '-') return wanted[LESS] && found(lexer, LESS);
  advance(lexer);
  return wanted[ARROW] && found(lexer, ARROW);
}

// ---------------------------------------------------------------- what tree-sitter calls

void *tree_sitter_nn_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_nn_external_scanner_destroy(void *scanner) { ts_free(scanner); }

unsigned tree_sitter_nn_external_scanner_serialize(void *payload, char *buffer) {
  const Scanner *scanner = payload;
  memcpy(buffer, scanner->is_flat, scanner->open);
  return scanner->open;
}

void tree_sitter_nn_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  scanner->open = length;
  if (length > 0) memcpy(scanner->is_flat, buffer, length);
}

bool tree_sitter_nn_external_scanner_scan(void *payload, TSLexer *lexer, const bool *wanted) {
  Scanner *scanner = payload;
  if (wanted[PROSE_TEXT] && !wanted[IN_ERROR]) return scan_prose(scanner, lexer);
  while (is_blank(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->lookahead == '\n') return scan_line_break(scanner, lexer, wanted);
  if (lexer->lookahead == '"') return (wanted[QUOTE] || wanted[PROSE_START]) && scan_quotes(lexer, wanted);
  if (lexer->lookahead == '<') return (wanted[LESS] || wanted[ARROW]) && scan_less(lexer, wanted);
  if (is_digit(lexer->lookahead))
    return (wanted[INTEGER] || wanted[FLOAT] || wanted[DIMS]) && scan_number(lexer, wanted);
  return scan_bracket(scanner, lexer, wanted);
}
