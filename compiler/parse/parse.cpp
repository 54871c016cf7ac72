// The only production code that sees PEGTL: matches a text against the grammar and records the parse tree.
// One control class does everything, around the match of every rule: nodes, forgetting them on backtracking,
// the limit of nesting, recovery. Exceptions are PEGTL's way out of a must<>; none leaves this file.
#include "compiler/parse/parse.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "compiler/parse/ast_builder.hpp"
#include "compiler/parse/outline.hpp"
#include "compiler/parse/recovery.hpp"
#include "compiler/parse/syntax_errors.hpp"
#include "compiler/parse/syntax_tree.hpp"
#include "compiler/parse/text_check.hpp"
#include "grammar/messages.hpp"

namespace nnc {
namespace {

namespace pegtl = tao::pegtl;

struct Stop {};    // a mistake: on to the next recovery point
struct GiveUp {};  // too many mistakes: the rest of the file is not read

// ---------------------------------------------------------------- what the rules mean here

template <class Rule>
inline constexpr int node_of = -1;
#define NNC_NODE(rule) \
  template <>          \
  inline constexpr int node_of<grammar::rule> = static_cast<int>(syntax::Rule::rule);
#include "compiler/parse/syntax_nodes.def"
#undef NNC_NODE

// What at<> matched is matched again in earnest, or not at all.
template <class Rule>
inline constexpr bool is_lookahead = false;
template <class... Rules>
inline constexpr bool is_lookahead<pegtl::internal::at<Rules...>> = true;

template <class Rule>
inline constexpr Spoilt spoilt_by = Spoilt::Statement;
template <>
inline constexpr Spoilt spoilt_by<grammar::setting> = Spoilt::Setting;
template <>
inline constexpr Spoilt spoilt_by<grammar::declaration> = Spoilt::Declaration;
template <>
inline constexpr Spoilt spoilt_by<grammar::version_line> = Spoilt::Declaration;

// ---------------------------------------------------------------- state

class Input : public pegtl::memory_input<pegtl::tracking_mode::lazy> {
 public:
  explicit Input(std::string_view text) : memory_input(text.data(), text.data() + text.size(), "") {}

  [[nodiscard]] std::uint32_t offset() const { return static_cast<std::uint32_t>(current() - begin()); }
  void move_to(std::uint32_t offset) { iterator() = begin() + offset; }

  bool inside_brackets = false;  // the grammar asks for it
};

struct State {
  std::string_view text;
  const Outline* outline;
  SyntaxErrors* errors;
  syntax::Tree tree;
  std::uint32_t recovery_begin = 0;  // of the innermost thing that a mistake spoils
  int depth = 0;
};

[[noreturn]] void stop(const State& state) {
  if (state.errors->enough()) throw GiveUp();
  throw Stop();
}

class DepthGuard {
 public:
  DepthGuard(State& state, std::uint32_t offset) : state_(&state) {
    if (state.depth >= kMaxNesting) {
      state.errors->report_depth(offset, state.tree);
      stop(state);
    }
    ++state.depth;
  }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;
  DepthGuard(DepthGuard&&) = delete;
  DepthGuard& operator=(DepthGuard&&) = delete;
  ~DepthGuard() { --state_->depth; }

 private:
  State* state_;
};

// ---------------------------------------------------------------- control

template <class Rule>
struct control : pegtl::normal<Rule> {
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match(Input& in, State& state) {
    const std::size_t mark = state.tree.size();
    if constexpr (node_of<Rule> >= 0) state.tree.open(static_cast<syntax::Rule>(node_of<Rule>), in.offset());
    bool matched = false;
    if constexpr (grammar::is_recovery_point<Rule>) {
      matched = match_or_recover<A, M, Action, Control>(in, state, mark);
    } else if constexpr (grammar::is_nesting<Rule>) {
      const DepthGuard guard(state, in.offset());
      matched = match_rule<A, M, Action, Control>(in, state);
    } else {
      matched = match_rule<A, M, Action, Control>(in, state);
    }
    if (!matched || is_lookahead<typename Rule::rule_t>)
      state.tree.cut(mark);
    else if constexpr (node_of<Rule> >= 0)
      state.tree.close(mark, in.offset());
    return matched;
  }

  [[noreturn]] static void raise(const Input& in, State& state) {
    state.errors->report(grammar::expected<Rule>::value, in.offset(), state.tree, state.recovery_begin);
    stop(state);
  }

 private:
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match_rule(Input& in, State& state) {
    return pegtl::internal::match_no_control<Rule, A, M, Action, Control>(in, state);
  }

  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match_or_recover(Input& in, State& state, std::size_t mark) {
    const std::uint32_t begin = in.offset();
    const std::uint32_t outer = std::exchange(state.recovery_begin, begin);
    bool matched = true;
    try {
      matched = match_rule<A, M, Action, Control>(in, state);
    } catch (const Stop&) {
      const std::uint32_t error = state.errors->position();
      state.tree.close_broken(mark, error);
      in.move_to(resume_position(state.text, *state.outline, begin, error, spoilt_by<Rule>));
    }
    state.recovery_begin = outer;
    return matched;
  }
};

syntax::Tree match_grammar(std::string_view text, const Outline& outline, SyntaxErrors& errors) {
  State state{.text = text, .outline = &outline, .errors = &errors, .tree = {}};
  Input in(text);
  try {
    static_cast<void>(pegtl::parse<grammar::file, pegtl::nothing, control>(in, state));
  } catch (const Stop&) {
    state.tree.close_broken(0, errors.position());
  } catch (const GiveUp&) {
    state.tree.close_broken(0, errors.position());
  }
  return std::move(state.tree);
}

// ---------------------------------------------------------------- files

Trivia collect_trivia(std::string_view text, FileId file, const Outline& outline) {
  Trivia trivia;
  for (const TextRange& comment : outline.comments)
    trivia.comments.push_back({{file, comment.begin, comment.end}, is_first_on_line(text, comment.begin)});
  return trivia;
}

bool check_text(std::string_view text, FileId file, Sink& sink) {
  const std::optional<BadText> bad = find_bad_text(text);
  if (!bad) return true;
  sink.report(diagnostics::InvalidText, {file, bad->begin, bad->end}).here(bad->reason);
  return false;
}

}  // namespace

ParsedText parse_text(const SourceMap& sources, FileId file, Sink& sink) {
  const std::string_view text = sources.file(file).text();
  ParsedText parsed;
  parsed.file.module.file = file;
  if (!check_text(text, file, sink)) return parsed;
  const Outline outline = read_outline(text);
  SyntaxErrors errors(text, file, outline, sink);
  parsed.tree = match_grammar(text, outline, errors);
  parsed.file.module = build_module(parsed.tree, {text, file, outline, sink});
  parsed.file.trivia = collect_trivia(text, file, outline);
  return parsed;
}

ParsedFile parse_file(const SourceMap& sources, FileId file, Sink& sink) {
  return parse_text(sources, file, sink).file;
}

std::string print_parse_tree(const SourceMap& sources, FileId file) {
  const std::string_view text = sources.file(file).text();
  Sink unheard;  // the mistakes are shown by parse_file; here they are nodes marked as broken
  if (!check_text(text, file, unheard)) return {};
  const Outline outline = read_outline(text);
  SyntaxErrors errors(text, file, outline, unheard);
  return syntax::print_tree(match_grammar(text, outline, errors), text);
}

}  // namespace nnc
