// Nodes of the graph: made from values, with what the shape rules find wrong told as the author sees it.
// In: an operation, values, the code that asked for it. Out: a tensor, or a report and an ErrorValue.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

std::optional<Tensor> Evaluator::to_tensor(const Value& value, const Span& span) {
  if (const auto* tensor = value.get<Tensor>()) return *tensor;
  const auto number = value.number();
  if (!number || lowering == nullptr) return std::nullopt;
  return Tensor{ir::add_node(graph(), OpKind::Constant, {}, ConstantAttributes{*number}, user_place(span))};
}

void Evaluator::label_tensor(DiagnosticBuilder& builder, const Value& value, std::string_view what) {
  const auto* tensor = value.get<Tensor>();
  if (tensor == nullptr) return;
  const ir::Node& node = graph().node(tensor->node);
  builder.label(node.origin, fmt::format("{} {}", what, node.shape.to_string()));
}

void Evaluator::label_chain(DiagnosticBuilder& builder) {
  // One label per place; a place inside a loop shows all the shapes it gave.
  std::vector<std::pair<Span, std::string>> places;
  for (const Lowering::Application& application : lowering->applications) {
    const std::string shape = application.output.sample_string();
    const auto known = std::find_if(places.begin(), places.end(),
                                    [&](const auto& place) { return place.first == application.span; });
    if (known == places.end()) {
      places.emplace_back(application.span, fmt::format("gives {}", shape));
    } else {
      known->second += ", then " + shape;
    }
  }
  constexpr std::size_t kMostLabels = 8;
  const std::size_t first = places.size() > kMostLabels ? places.size() - kMostLabels : 0;
  for (std::size_t i = first; i < places.size(); ++i) builder.label(places[i].first, places[i].second);
}

// What the shape rules found wrong, told with the places the shapes came from.
static void report_shape_error(Evaluator& evaluator, const ShapeError& error,
                               const std::vector<Value>& inputs, const Span& span, const Quote& quote) {
  const Span place = evaluator.user_place(span);
  const std::string text = quote.text();
  const auto shape = [&](std::size_t i) -> const Shape& {
    return evaluator.shape_of(*inputs[i].get<Tensor>());
  };
  const auto label_all = [&](DiagnosticBuilder& builder) {
    for (const Value& input : inputs) evaluator.label_tensor(builder, input);
  };
  switch (error.kind) {
    case ShapeError::Kind::MatMulInner: {
      auto builder = evaluator.sink().report(diagnostics::MatmulMismatch, place, text,
                                             fmt::format("{}", shape(0)[-1]), fmt::format("{}", shape(1)[0]));
      label_all(builder);
      break;
    }
    case ShapeError::Kind::Operands: {
      auto builder = evaluator.sink().report(diagnostics::OperandShapes, place, text, shape(0).to_string(),
                                             inputs.size() > 1 ? shape(1).to_string() : error.message);
      label_all(builder);
      break;
    }
    case ShapeError::Kind::WindowTooLarge: {
      auto builder = evaluator.sink().report(diagnostics::WindowTooLarge, place,
                                             std::string(evaluator.sources().text(place)),
                                             shape(0).sample_string(), error.message);
      evaluator.label_chain(builder);
      builder.hint("use fewer or smaller windows, or `pad: same`");
      break;
    }
    case ShapeError::Kind::Reshape: {
      auto builder = evaluator.sink().report(diagnostics::ReshapeMismatch, place, error.message);
      label_all(builder);
      break;
    }
    case ShapeError::Kind::Rank:
    case ShapeError::Kind::Channels:
    case ShapeError::Kind::Other: {
      auto builder =
          evaluator.sink().report(diagnostics::BadShape, place, fmt::format("`{}`: {}", text, error.message));
      label_all(builder);
      break;
    }
  }
}

Value Evaluator::make_node(OpKind op, const std::vector<Value>& inputs, Attributes attributes,
                           const Span& span, const Quote& quote) {
  if (lowering == nullptr) return Value{ErrorValue{}, span};
  std::vector<ir::NodeId> nodes;
  std::vector<Value> tensors;
  nodes.reserve(inputs.size());
  tensors.reserve(inputs.size());
  for (const Value& input : inputs) {
    if (input.is_error()) return input;
    const auto tensor = to_tensor(input, span);
    if (!tensor) return wrong_type(span, quote.text(), input, "a tensor or a number");
    nodes.push_back(tensor->node);
    tensors.push_back(Value{*tensor, input.origin});
  }
  const Span place = user_place(span);
  constexpr std::size_t kMostNodes = 200'000;
  if (graph().nodes.size() >= kMostNodes) {
    give_up(span, fmt::format("this model has more than {} operations", kMostNodes),
            "look for a `repeat` or `for` that is very large");
    return Value{ErrorValue{}, span};
  }
  auto added = ir::try_add_node(graph(), op, std::move(nodes), std::move(attributes), place);
  if (const auto* error = std::get_if<ShapeError>(&added)) {
    report_shape_error(*this, *error, tensors, span, quote);
    return Value{ErrorValue{}, span};
  }
  return Value{Tensor{std::get<ir::NodeId>(added)}, place};
}

}  // namespace nnc
