// Graphs as text: slots, then nodes, updates and outputs, one per line. Numbers are printed with the fewest
// digits that read back as the same number, names as quoted strings, so that text_reader.cpp gives the same
// graph again.
//   slot $0 "dense_1.kernel" parameter [784, 256] uniform -0.05 0.05 stream=0
//   %3 = matmul %1 %2 transpose_rhs=true : [batch, 256]
//   update $0 = %9
//   output "loss" = %7
#include <fmt/format.h>

#include "compiler/ir/graph.hpp"
#include "compiler/ir/text_names.hpp"

namespace nnc::ir {

static std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

static std::string print_slot(const Slot& slot, std::size_t position) {
  std::string line = fmt::format(
      "slot ${} {} {} {} {} {} {}", position, quoted(slot.name), role_name(slot.role), slot.shape.to_string(),
      initializer_name(slot.initializer.kind), slot.initializer.first, slot.initializer.second);
  if (slot.stream >= 0) line += fmt::format(" stream={}", slot.stream);
  return line + '\n';
}

static std::string print_node(const Node& node, std::size_t position) {
  std::string line = fmt::format("%{} = {}", position, op_info(node.op).name);
  for (const NodeId input : node.inputs) line += fmt::format(" %{}", input.index);
  if (const std::string attributes = print_attributes(node.attributes); !attributes.empty()) {
    line += ' ' + attributes;
  }
  line += " : ";
  if (node.type == ElementType::Int) line += "int ";
  return line + node.shape.to_string() + '\n';
}

std::string print_graph(const Graph& graph) {
  std::string text;
  for (std::size_t i = 0; i < graph.slots.size(); ++i) text += print_slot(graph.slots[i], i);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) text += print_node(graph.nodes[i], i);
  for (const Update& update : graph.updates) {
    text += fmt::format("update ${} = %{}\n", update.slot.index, update.value.index);
  }
  for (const Output& output : graph.outputs) {
    text += fmt::format("output {} = %{}\n", quoted(output.name), output.node.index);
  }
  return text;
}

}  // namespace nnc::ir
