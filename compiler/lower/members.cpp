// Members and positions: what a tensor, a list, dims or data say of themselves.
// In: `base.name` and `base[position]`. Out: their values, or a report of what there is not.
#include <fmt/format.h>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

Value Evaluator::evaluate_index(const ast::Index& index, const ast::Expr& expr, Frame& frame) {
  const Value base = evaluate(*index.base, frame);
  if (base.is_error()) return base;
  if (index.arguments.size() != 1 || index.arguments.front().name) {
    return wrong_type(expr.span, text_of(expr), base, "one position in brackets");
  }
  const Value position = evaluate(*index.arguments.front().value, frame);
  if (position.is_error()) return position;
  const auto* at = position.get<std::int64_t>();
  if (at == nullptr)
    return wrong_type(index.arguments.front().span, text_of(*index.arguments.front().value), position,
                      "an int");
  const auto* list = base.get<List>();
  const auto* dims = base.get<Dims>();
  if (list == nullptr && dims == nullptr) {
    return wrong_type(index.base->span, text_of(*index.base), base, "a list");
  }
  const auto count = static_cast<std::int64_t>(list != nullptr ? (*list)->size() : dims->sizes.size());
  const std::int64_t wrapped = *at < 0 ? *at + count : *at;
  if (wrapped >= 0 && wrapped < count) {
    const auto position_from_start = static_cast<std::size_t>(wrapped);
    return list != nullptr ? (**list)[position_from_start]
                           : Value{dims->sizes[position_from_start], expr.span};
  }
  sink_
      .report(diagnostics::OutOfRange, user_place(expr.span),
              fmt::format("`{}` asks for item {} of a list of {}", text_of(expr), *at, count))
      .hint("positions start at 0; -1 is the last item");
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::tensor_member(const Value& value, const ast::Name& member, const ast::Expr& expr) {
  const Tensor& tensor = *value.get<Tensor>();
  const Shape& shape = shape_of(tensor);
  const int axes = shape.rank() - (shape.has_batch() ? 1 : 0);  // per sample
  const auto axis_size = [&](int from_end, int needed) -> Value {
    if (axes >= needed) return Value{shape[-from_end], expr.span};
    auto builder = sink_.report(diagnostics::BadShape, user_place(expr.span),
                                fmt::format("{} has no `{}`", shape.to_string(), member.text));
    label_tensor(builder, value);
    return Value{ErrorValue{}, expr.span};
  };
  if (member.text != "classes") lowering->reads_shapes = true;
  if (member.text == "features" || member.text == "channels") return axis_size(1, 1);
  if (member.text == "width") return axis_size(2, 3);
  if (member.text == "height") return axis_size(3, 3);
  if (member.text == "rank") return Value{static_cast<std::int64_t>(axes), expr.span};
  if (member.text == "classes") return Value{static_cast<std::int64_t>(tensor.classes), expr.span};
  if (member.text == "shape") {
    auto sizes = std::make_shared<std::vector<Value>>();
    for (int axis = shape.rank() - axes; axis < shape.rank(); ++axis)
      sizes->push_back(Value{shape[axis], expr.span});
    return Value{List(std::move(sizes)), expr.span};
  }
  sink_.report(diagnostics::UnknownMember, user_place(member.span), "a tensor", member.text)
      .hint(did_you_mean_hint(member.text,
                              {"features", "channels", "width", "height", "rank", "classes", "shape"}));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::evaluate_member(const ast::Member& member, const ast::Expr& expr, Frame& frame) {
  const Value base = evaluate(*member.base, frame);
  if (base.is_error()) return base;
  if (base.get<Tensor>() != nullptr) return tensor_member(base, member.member, expr);
  if (const auto* dims = base.get<Dims>()) {
    if (member.member.text == "height" && !dims->sizes.empty()) return Value{dims->sizes.front(), expr.span};
    if (member.member.text == "width" && dims->sizes.size() > 1) return Value{dims->sizes[1], expr.span};
  }
  if (const auto* ref = base.get<DeclarationRef>();
      ref != nullptr && std::holds_alternative<ast::DataDecl>(ref->declaration->node)) {
    if (member.member.text == "train") return Value{DataSplit{ref->declaration, true}, expr.span};
    if (member.member.text == "test") return Value{DataSplit{ref->declaration, false}, expr.span};
  }
  sink_.report(diagnostics::UnknownMember, user_place(member.member.span), describe_kind(base),
               member.member.text);
  return Value{ErrorValue{}, expr.span};
}

}  // namespace nnc
