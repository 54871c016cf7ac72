// Reads the text of print_graph back. In: any text, also one no printer wrote. Out: a graph that verify_graph
// accepts, or the line and what is wrong with it. Lines are read word by word; a word ends at a blank outside
// brackets and quotes.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "compiler/ir/graph.hpp"
#include "compiler/ir/text_names.hpp"

namespace nnc::ir {
namespace {

// The words of one line, and a sticky failure: after the first problem every read gives defaults.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) { skip_blanks(); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool failed() const { return !problem_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  [[nodiscard]] bool next_starts_with(char c) const { return !rest_.empty() && rest_.front() == c; }

  std::string_view word() {
    int depth = 0;
    std::size_t end = 0;
    for (; end < rest_.size(); ++end) {
      if (rest_[end] == '[') ++depth;
      if (rest_[end] == ']') --depth;
      if (rest_[end] == ' ' && depth <= 0) break;
    }
    const std::string_view result = rest_.substr(0, end);
    rest_.remove_prefix(end);
    skip_blanks();
    if (result.empty()) fail("the line ends too early");
    return result;
  }

  void expect(std::string_view wanted) {
    if (word() != wanted) fail(fmt::format("expected `{}`", wanted));
  }

  std::string quoted() {
    std::string text;
    if (!next_starts_with('"')) {
      fail("expected a quoted name");
      return text;
    }
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) text += rest_[i] == '\\' ? escaped(i) : rest_[i];
    if (i >= rest_.size()) fail("a name is never closed");
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    skip_blanks();
    return text;
  }

 private:
  // The character after the backslash at `i`; leaves `i` on the last character read.
  char escaped(std::size_t& i) {
    ++i;
    if (i < rest_.size() && rest_[i] != 'x') return rest_[i];
    unsigned value = 0;
    if (i + 2 >= rest_.size() ||
        std::from_chars(&rest_[i + 1], &rest_[i + 1] + 2, value, 16).ec != std::errc{}) {
      fail("a bad escape in a name");
      return ' ';
    }
    i += 2;
    return static_cast<char>(value);
  }

  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  std::string_view rest_;
  std::string problem_;
};

template <class Number>
Number parse_number(std::string_view text, Words& words) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    words.fail(fmt::format("`{}` is not a number that fits", text));
    return Number{};
  }
  return value;
}

// "%12" or "$3": the number behind the mark.
std::size_t parse_reference(char mark, std::string_view text, Words& words) {
  if (text.empty() || text.front() != mark) {
    words.fail(fmt::format("`{}` should start with `{}`", text, mark));
    return 0;
  }
  return static_cast<std::size_t>(parse_number<std::uint32_t>(text.substr(1), words) & 0x7fffffffU);
}

// "[batch, 28, 28]"
std::vector<std::int64_t> parse_list(std::string_view text, Words& words) {
  std::vector<std::int64_t> values;
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') {
    words.fail(fmt::format("`{}` is not a list", text));
    return values;
  }
  text = text.substr(1, text.size() - 2);
  while (!text.empty() && !words.failed()) {
    const std::size_t comma = std::min(text.find(", "), text.size());
    const std::string_view item = text.substr(0, comma);
    values.push_back(item == "batch" ? kBatch : parse_number<std::int64_t>(item, words));
    text.remove_prefix(std::min(comma + 2, text.size()));
  }
  return values;
}

std::vector<int> narrow_list(const std::vector<std::int64_t>& values, Words& words) {
  std::vector<int> result;
  for (const std::int64_t value : values) {
    if (value < 0 || value > 1000) words.fail("an axis is out of range");
    result.push_back(static_cast<int>(value));
  }
  return result;
}

// "3x3", and for pads "1:1x1:1": the numbers between the marks.
template <std::size_t count>
std::array<std::int64_t, count> parse_sizes(std::string_view text, Words& words) {
  std::array<std::int64_t, count> sizes{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? std::min(text.find_first_of(":x"), text.size()) : text.size();
    sizes[i] = parse_number<std::int64_t>(text.substr(0, end), words);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sizes;
}

// The attributes of a line by key. Every reader below takes what it needs; what is left over is a mistake.
class Fields {
 public:
  Fields(Words& words) : words_(words) {  // NOLINT(*-explicit-*)
    while (!words.failed() && !words.at_end() && !words.next_starts_with(':')) {
      const std::string_view word = words.word();
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) {
        words.fail(fmt::format("`{}` is no attribute", word));
      } else if (!fields_.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
        words.fail(fmt::format("attribute `{}` is given twice", word.substr(0, equals)));
      }
    }
  }

  // Empty if it is not there.
  std::string_view take_optional(std::string_view key) {
    const auto found = fields_.find(key);
    if (found == fields_.end()) return {};
    const std::string_view value = found->second;
    fields_.erase(found);
    return value;
  }
  std::string_view take(std::string_view key) {
    const std::string_view value = take_optional(key);
    if (value.empty()) words_.fail(fmt::format("attribute `{}` is missing", key));
    return value;
  }
  template <class Number>
  Number number(std::string_view key) {
    return parse_number<Number>(take(key), words_);
  }
  int axis() { return narrow_list({number<std::int64_t>("axis")}, words_).front(); }
  std::vector<int> axes(std::string_view key) { return narrow_list(parse_list(take(key), words_), words_); }
  Shape shape(std::string_view key) { return Shape(parse_list(take(key), words_)); }
  bool flag(std::string_view key) {
    const std::string_view value = take_optional(key);
    if (!value.empty() && value != "true") words_.fail(fmt::format("`{}` can only be true", key));
    return value == "true";
  }
  void expect_none_left() {
    if (!fields_.empty()) words_.fail(fmt::format("unexpected attribute `{}`", fields_.begin()->first));
  }
  Words& words() { return words_; }

 private:
  Words& words_;
  std::map<std::string_view, std::string_view, std::less<>> fields_;
};

void read(Fields&, NoAttributes&) {}
void read(Fields& fields, InputAttributes& a) {
  constexpr std::array<std::string_view, 4> kRoles = {"features", "target", "step", "rate"};
  if (const auto role = find_word<InputAttributes::Role>(kRoles, fields.take("role"))) {
    a.role = *role;
  } else {
    fields.words().fail("unknown role of an input");
  }
  a.shape = fields.shape("shape");
  const std::string_view type = fields.take("type");
  if (type != "int" && type != "float") fields.words().fail("unknown element type");
  a.type = type == "int" ? ElementType::Int : ElementType::Float;
}
void read(Fields& fields, SlotAttributes& a) { a.slot = fields.number<std::int32_t>("slot"); }
void read(Fields& fields, ConstantAttributes& a) { a.value = fields.number<double>("value"); }
void read(Fields& fields, AxesAttributes& a) { a.axes = fields.axes("axes"); }
void read(Fields& fields, ShapeAttributes& a) { a.shape = fields.shape("shape"); }
void read(Fields& fields, PermutationAttributes& a) { a.order = fields.axes("order"); }
void read(Fields& fields, MatMulAttributes& a) {
  a.transpose_lhs = fields.flag("transpose_lhs");
  a.transpose_rhs = fields.flag("transpose_rhs");
}
void read(Fields& fields, ConcatAttributes& a) { a.axis = fields.axis(); }
void read(Fields& fields, SliceAttributes& a) {
  a.axis = fields.axis();
  a.begin = fields.number<std::int64_t>("begin");
  a.end = fields.number<std::int64_t>("end");
}
void read(Fields& fields, PadAttributes& a) {
  a.axis = fields.axis();
  a.before = fields.number<std::int64_t>("before");
  a.after = fields.number<std::int64_t>("after");
}
void read(Fields& fields, WindowAttributes& a) {
  a.window = parse_sizes<2>(fields.take("window"), fields.words());
  a.stride = parse_sizes<2>(fields.take("stride"), fields.words());
  const auto pad = parse_sizes<4>(fields.take("pad"), fields.words());
  a.pad_before = {pad[0], pad[2]};
  a.pad_after = {pad[1], pad[3]};
  const std::string_view pool = fields.take_optional("pool");
  if (!pool.empty()) a.pool = parse_sizes<2>(pool, fields.words());
  const std::string_view input_shape = fields.take_optional("input_shape");
  if (!input_shape.empty()) a.input_shape = Shape(parse_list(input_shape, fields.words()));
}
void read(Fields& fields, ClassesAttributes& a) { a.classes = fields.number<std::int64_t>("classes"); }
void read(Fields& fields, RandomAttributes& a) {
  a.place = fields.number<std::int32_t>("place");
  a.shape = fields.shape("shape");
}

// The default value of the alternative with this index.
template <std::size_t index = 0>
Attributes empty_attributes(std::size_t wanted) {
  if constexpr (index + 1 < std::variant_size_v<Attributes>) {
    if (wanted != index) return empty_attributes<index + 1>(wanted);
  }
  return Attributes(std::in_place_index<index>);
}

Attributes read_attributes(OpKind op, Words& words) {
  Fields fields(words);
  Attributes attributes = empty_attributes(op_info(op).attribute_index);
  if (words.failed()) return attributes;
  std::visit([&](auto& alternative) { read(fields, alternative); }, attributes);
  fields.expect_none_left();
  return attributes;
}

void read_slot(Words& words, Graph& graph) {
  if (parse_reference('$', words.word(), words) != graph.slots.size()) words.fail("slots are not in order");
  Slot slot;
  slot.name = words.quoted();
  const auto role = find_word<SlotRole>(kRoleNames, words.word());
  if (!role) return words.fail("unknown role of a slot");
  slot.role = *role;
  slot.shape = Shape(parse_list(words.word(), words));
  const auto kind = find_word<Initializer::Kind>(kInitializerNames, words.word());
  if (!kind) return words.fail("unknown kind of initializer");
  slot.initializer.kind = *kind;
  slot.initializer.first = parse_number<double>(words.word(), words);
  slot.initializer.second = parse_number<double>(words.word(), words);
  Fields fields(words);
  const std::string_view stream = fields.take_optional("stream");
  if (!stream.empty()) slot.stream = parse_number<std::int32_t>(stream, words);
  fields.expect_none_left();
  graph.slots.push_back(std::move(slot));
}

void read_node(std::string_view name, Words& words, Graph& graph) {
  if (parse_reference('%', name, words) != graph.nodes.size()) words.fail("nodes are not in order");
  words.expect("=");
  const std::string_view op_name = words.word();
  const std::optional<OpKind> op = find_op(op_name);
  if (!op) return words.fail(fmt::format("unknown operation `{}`", op_name));
  Node node{*op, {}, {}, {}, ElementType::Float, {}};
  while (words.next_starts_with('%')) {
    node.inputs.push_back(NodeId(parse_reference('%', words.word(), words)));
  }
  node.attributes = read_attributes(*op, words);
  words.expect(":");
  std::string_view shape = words.word();
  if (shape == "int") {
    node.type = ElementType::Int;
    shape = words.word();
  }
  node.shape = Shape(parse_list(shape, words));
  graph.nodes.push_back(std::move(node));
}

void read_update(Words& words, Graph& graph) {
  const SlotId slot(parse_reference('$', words.word(), words));
  words.expect("=");
  graph.updates.push_back({slot, NodeId(parse_reference('%', words.word(), words))});
}

void read_output(Words& words, Graph& graph) {
  std::string name = words.quoted();
  words.expect("=");
  graph.outputs.push_back({std::move(name), NodeId(parse_reference('%', words.word(), words))});
}

// "" or what is wrong with the line.
std::string read_line(std::string_view line, Graph& graph) {
  Words words(line);
  if (words.at_end()) return {};
  const std::string_view first = words.word();
  if (first == "slot") {
    read_slot(words, graph);
  } else if (first == "update") {
    read_update(words, graph);
  } else if (first == "output") {
    read_output(words, graph);
  } else {
    read_node(first, words, graph);
  }
  if (!words.at_end()) words.fail("something is left at the end of the line");
  return words.problem();
}

}  // namespace

Result<Graph> read_graph(std::string_view text) {
  Graph graph;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string problem = read_line(text.substr(0, end), graph); !problem.empty()) {
      return Failure{fmt::format("line {}: {}", number, problem), {}};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (const std::string problem = verify_graph(graph); !problem.empty()) return Failure{problem, {}};
  return graph;
}

}  // namespace nnc::ir
