// Statements of bodies: a current tensor flows through, names are bound, parameters come into being.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

using ast::Overloaded;

namespace {

// 2^40 numbers: no machine this runs on holds more, and products of sizes stay far from overflow.
constexpr std::int64_t kElementLimit = std::int64_t{1} << 40;
constexpr std::int64_t kRepeatLimit = 100'000;

// The names that an expression mentions.
void collect_names(const ast::Expr& expr, std::set<std::string>& names) {
  std::visit(Overloaded{[&](const ast::NameRef& name) { names.insert(name.name); },
                        [&](const ast::Unary& unary) { collect_names(*unary.operand, names); },
                        [&](const ast::Binary& binary) {
                          collect_names(*binary.lhs, names);
                          collect_names(*binary.rhs, names);
                        },
                        [&](const ast::Member& member) {
                          collect_names(*member.base, names);
                          names.insert("." + member.member.text);
                        },
                        [&](const ast::Paren& paren) { collect_names(*paren.inner, names); },
                        [&](const ast::Call& call) {
                          for (const ast::Argument& argument : call.arguments)
                            collect_names(*argument.value, names);
                        },
                        [](const auto&) {}},
             expr.node);
}

}  // namespace

void Evaluator::run_block(const ast::Block& block, Frame& frame) {
  // Names bound in a block end with it.
  const std::size_t outer = frame.locals.size();
  for (const ast::Statement& statement : block.statements) {
    if (frame.stopped || !spend(statement.span)) break;
    run_statement(statement, frame);
  }
  frame.locals.resize(outer);
}

Value Evaluator::run_body(const ast::FunctionDecl& function, Frame& frame) {
  frame.current.reset();
  run_block(function.body, frame);
  if (frame.current) return *frame.current;
  if (!frame.stopped && !out_of_work) {
    sink_
        .report(diagnostics::BadShape, user_place(function.name.span),
                fmt::format("`{}` has no value", function.name.text))
        .hint("end its body with the expression that is its value");
  }
  return Value{ErrorValue{}, function.name.span};
}

void Evaluator::run_statement(const ast::Statement& statement, Frame& frame) {
  std::visit(
      Overloaded{
          [&](const ast::Let& let) { run_let(let, frame); },
          [&](const ast::SlotDecl& slot) { run_slot(slot, statement.span, frame); },
          [&](const ast::ExpectsShape& expects) { expect_shape(expects, statement.span, frame); },
          [&](const ast::ExpectsCondition& expects) { expect_condition(expects, statement.span, frame); },
          [&](const ast::Assign& assign) { run_assign(assign, statement.span, frame); },
          [&](const ast::For& loop) { run_for(loop, frame); },
          [&](const ast::Repeat& loop) { run_repeat(loop, frame); },
          [&](const ast::If& branch) { run_if(branch, frame); },
          [&](const ast::InputDecl& input) { run_input(input, statement.span, frame); },
          [&](const ast::ExprStatement& expression) { run_expression(expression, frame); }},
      statement.node);
}

void Evaluator::run_let(const ast::Let& let, Frame& frame) {
  const GraphSize before = graph_size();
  Value value = evaluate(*let.value, frame);
  // `let enc = dense(64)` names the layer; `let y = in |> dense(64)` names a tensor.
  if (auto* instance = std::get_if<InstancePtr>(&value.data)) {
    if ((*instance)->name.empty() && std::holds_alternative<ast::Call>(let.value->node))
      (*instance)->name = let.name.text;
  } else if (const auto* ref = value.get<DeclarationRef>();
             ref != nullptr && is_function_of_kind(ref->declaration, ast::FunctionKind::Layer)) {
    value = construct(*ref->declaration, nullptr, let.value->span, frame);
    if (auto* made = std::get_if<InstancePtr>(&value.data)) (*made)->name = let.name.text;
  }
  trace_statement(cover(let.name.span, let.value->span), value, before);
  frame.define(let.name.text, std::move(value));
}

std::optional<Shape> Evaluator::slot_shape(const ast::SlotDecl& slot, Frame& frame) {
  if (slot.shape == nullptr) {
    if (lowering->weight.valid()) return graph().slot(lowering->weight).shape;
    sink_
        .report(diagnostics::BadShape, user_place(slot.name.span),
                fmt::format("`{}` needs a shape", slot.name.text))
        .hint("for example `param kernel: [in.features, 10] ~ zeros`");
    return std::nullopt;
  }
  const Value value = evaluate(*slot.shape, frame);
  if (value.is_error()) return std::nullopt;
  lowering->reads_shapes = true;  // as good as: it is told one
  std::vector<std::int64_t> sizes;
  if (const auto* size = value.get<std::int64_t>()) sizes.push_back(*size);
  if (const auto* dims = value.get<Dims>()) sizes = dims->sizes;
  if (const auto* list = value.get<List>()) {
    for (const Value& item : **list) {
      const auto* size = item.get<std::int64_t>();
      if (size == nullptr) {
        wrong_type(slot.shape->span, text_of(*slot.shape), item, "a list of sizes");
        return std::nullopt;
      }
      sizes.push_back(*size);
    }
  } else if (sizes.empty()) {
    wrong_type(slot.shape->span, text_of(*slot.shape), value, "a list of sizes");
    return std::nullopt;
  }
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) {
    if (size < 0) {
      sink_.report(diagnostics::BadShape, user_place(slot.shape->span),
                   fmt::format("`{}` has a negative size in {}", slot.name.text, Shape(sizes).to_string()));
      return std::nullopt;
    }
    if (__builtin_mul_overflow(count, size, &count) || count > kElementLimit) {
      sink_.report(diagnostics::TooLarge, user_place(slot.shape->span), fmt::format("`{}`", slot.name.text),
                   Shape(sizes).to_string(), "2^40 numbers");
      return std::nullopt;
    }
  }
  return Shape(std::move(sizes));
}

std::optional<Initializer> Evaluator::initializer_for(const Value& value, const Shape& shape,
                                                      const Span& span, Frame& frame) {
  if (value.is_error()) return std::nullopt;
  if (const auto* ready = value.get<Initializer>()) return *ready;
  if (const auto number = value.number()) return Initializer{Initializer::Kind::Constant, *number, 0};
  const InstancePtr instance = to_instance(value, ast::FunctionKind::Init, span, frame);
  if (instance == nullptr) return std::nullopt;
  Frame body;
  body.declaration = instance->declaration;
  body.locals = instance->arguments;
  // As in Keras: the last two axes are in and out, the ones before them the area of a window.
  std::int64_t area = 1;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) area *= shape[axis];
  const std::int64_t fan_in = shape.rank() >= 2 ? area * shape[-2] : (shape.rank() == 1 ? shape[0] : 1);
  const std::int64_t fan_out = shape.rank() >= 2 ? area * shape[-1] : fan_in;
  auto sizes = std::make_shared<std::vector<Value>>();
  for (const std::int64_t size : shape.sizes()) sizes->push_back(Value{size, span});
  body.define("shape", Value{List(std::move(sizes)), span});
  body.define("fan_in", Value{fan_in, span});
  body.define("fan_out", Value{fan_out, span});
  body.tells_shapes = true;
  const CallScope scope(*this, span);
  const Value result = run_body(*as_function(instance->declaration), body);
  if (result.is_error()) return std::nullopt;
  if (const auto* ready = result.get<Initializer>()) return *ready;
  wrong_type(span, print_value(result), result, "a distribution such as `uniform_between(-1, 1)`");
  return std::nullopt;
}

void Evaluator::run_slot(const ast::SlotDecl& slot, const Span& span, Frame& frame) {
  const auto fail = [&] { frame.define(slot.name.text, Value{ErrorValue{}, span}); };
  const bool in_optimizer = lowering->weight.valid();
  const auto shape = slot_shape(slot, frame);
  if (!shape) return fail();
  const std::string path = in_optimizer ? graph().slot(lowering->weight).name + "/" + slot.name.text
                                        : (frame.path.empty() ? "" : frame.path + ".") + slot.name.text;
  auto& known = lowering->instances[frame.instance].slots;
  if (const auto found = known.find(slot.name.text); found != known.end() && !in_optimizer) {
    frame.define(slot.name.text, Value{Tensor{lowering->slot_values.at(found->second)}, user_place(span)});
    return;
  }
  const auto initializer = initializer_for(evaluate(*slot.init, frame), *shape, slot.init->span, frame);
  if (!initializer) return fail();
  ir::Slot made;
  made.name = path;
  made.shape = *shape;
  made.initializer = *initializer;
  made.origin = user_place(span);
  made.role = in_optimizer                        ? ir::SlotRole::Optimizer
              : slot.kind == ast::SlotKind::Param ? ir::SlotRole::Parameter
                                                  : ir::SlotRole::State;
  if (initializer->kind != Initializer::Kind::Constant) made.stream = lowering->random_slots++;
  const ir::SlotId id(graph().slots.size());
  graph().slots.push_back(std::move(made));
  const ir::NodeId node = ir::add_node(graph(), OpKind::Slot, {}, SlotAttributes{id.index}, user_place(span));
  lowering->slot_values[id] = node;
  if (!in_optimizer) lowering->instances[frame.instance].slots[slot.name.text] = id;
  frame.define(slot.name.text, Value{Tensor{node}, user_place(span)});
}

void Evaluator::run_assign(const ast::Assign& assign, const Span& span, Frame& frame) {
  const Value value = evaluate(*assign.value, frame);
  const Value* target = frame.find(assign.target.text);
  if (value.is_error() || target == nullptr || target->is_error()) return;
  const auto* slot_tensor = target->get<Tensor>();
  const auto tensor = to_tensor(value, span);
  if (!tensor) {
    wrong_type(assign.value->span, text_of(*assign.value), value, "a tensor");
    return;
  }
  if (slot_tensor == nullptr || graph().node(slot_tensor->node).op != OpKind::Slot) {
    sink_
        .report(diagnostics::MisplacedStatement, user_place(span), assign.target.text + " <-",
                "a body where that is not a `state`")
        .hint("only a `state` (or `weight` in an optimizer) keeps a value between steps");
    return;
  }
  const ir::SlotId slot = ir::slot_of(graph().node(slot_tensor->node));
  const Shape& needed = graph().slot(slot).shape;
  if (shape_of(*tensor) != needed) {
    auto builder = sink_.report(diagnostics::OperandShapes, user_place(span),
                                fmt::format("{} <- {}", assign.target.text, text_of(*assign.value)),
                                needed.to_string(), shape_of(*tensor).to_string());
    label_tensor(builder, value);
    return;
  }
  lowering->slot_values[slot] = tensor->node;
  auto& updates = graph().updates;
  const auto known = std::find_if(updates.begin(), updates.end(),
                                  [&](const ir::Update& update) { return update.slot == slot; });
  if (known != updates.end()) {
    known->value = tensor->node;
  } else {
    updates.push_back({slot, tensor->node});
  }
}

void Evaluator::run_for(const ast::For& loop, Frame& frame) {
  const Value iterable = evaluate(*loop.iterable, frame);
  if (iterable.is_error()) {
    frame.current = Value{ErrorValue{}, loop.iterable->span};
    return;
  }
  std::vector<Value> items;
  if (const auto* list = iterable.get<List>()) {
    items = **list;
  } else if (const auto* dims = iterable.get<Dims>()) {
    for (const std::int64_t size : dims->sizes) items.push_back(Value{size, iterable.origin});
  } else {
    wrong_type(loop.iterable->span, text_of(*loop.iterable), iterable, "a list");
    frame.current = Value{ErrorValue{}, loop.iterable->span};
    return;
  }
  for (Value& item : items) {
    if (!spend(loop.iterable->span)) return;
    const std::size_t outer = frame.locals.size();
    frame.define(loop.variable.text, std::move(item));
    run_block(loop.body, frame);
    frame.locals.resize(outer);
    if (out_of_work) return;
  }
}

void Evaluator::run_repeat(const ast::Repeat& loop, Frame& frame) {
  const Value count = evaluate(*loop.count, frame);
  if (count.is_error()) {
    frame.current = Value{ErrorValue{}, loop.count->span};
    return;
  }
  const auto* times = count.get<std::int64_t>();
  if (times == nullptr) {
    wrong_type(loop.count->span, text_of(*loop.count), count, "an int");
    return;
  }
  if (*times < 0 || *times > kRepeatLimit) {
    sink_
        .report(diagnostics::OutOfRange, user_place(loop.count->span),
                fmt::format("`repeat` runs 0 to {} times, not {}", kRepeatLimit, *times))
        .label(count.origin == loop.count->span ? Span{} : count.origin, "the count comes from here");
    return;
  }
  for (std::int64_t i = 0; i < *times && spend(loop.count->span); ++i) {
    run_block(loop.body, frame);
    if (frame.current && frame.current->is_error()) return;
  }
}

void Evaluator::run_if(const ast::If& branch, Frame& frame) {
  const Value condition = evaluate(*branch.condition, frame);
  if (condition.is_error()) return;
  const bool* flag = condition.get<bool>();
  if (flag == nullptr) {
    wrong_type(branch.condition->span, text_of(*branch.condition), condition, "a bool");
    return;
  }
  if (*flag) {
    run_block(branch.then_body, frame);
  } else if (branch.else_body) {
    run_block(*branch.else_body, frame);
  }
}

void Evaluator::run_input(const ast::InputDecl& input, const Span& span, Frame& frame) {
  const Value value = evaluate(*input.shape, frame);
  if (value.is_error() || !frame.input || frame.input->get<Tensor>() == nullptr) return;
  ast::SlotDecl as_slot{ast::SlotKind::Param, {"input", span}, nullptr, nullptr};
  std::vector<std::int64_t> sizes;
  if (const auto* size = value.get<std::int64_t>()) sizes.push_back(*size);
  if (const auto* dims = value.get<Dims>()) sizes = dims->sizes;
  if (const auto* list = value.get<List>()) {
    for (const Value& item : **list)
      sizes.push_back(item.get<std::int64_t>() != nullptr ? *item.get<std::int64_t>() : 0);
  }
  const Shape& actual = shape_of(*frame.input->get<Tensor>());
  std::vector<std::int64_t> samples(actual.sizes().begin() + (actual.has_batch() ? 1 : 0),
                                    actual.sizes().end());
  if (samples == sizes) return;
  const bool is_data = !data_name.empty() && frame.input->origin == data_place;
  auto report =
      sink_.report(diagnostics::InputMismatch, user_place(span), ast::declared_name(*frame.declaration)->text,
                   Shape(sizes).sample_string(), is_data ? data_name : "in", actual.sample_string());
  report.label(frame.input->origin, fmt::format("samples of {} come from here", actual.sample_string()));
  if (!samples.empty())
    report.hint(fmt::format("write `input {}`, or leave the line out", actual.sample_string()));
  frame.current = Value{ErrorValue{}, span};
}

void Evaluator::run_expression(const ast::ExprStatement& statement, Frame& frame) {
  const GraphSize before = graph_size();
  const Value value = evaluate(*statement.value, frame);
  const bool flows = frame.input.has_value();
  if (!flows || value.is_error()) {
    // The bodies of fn, init, loss and schedule: the last expression is the result.
    frame.current = value;
    return;
  }
  if (value.get<Tensor>() != nullptr) {
    frame.current = value;
    trace_statement(statement.value->span, value, before);
    return;
  }
  if (value.number() && lowering != nullptr) {
    wrong_type(statement.value->span, text_of(*statement.value), value, "a layer or a tensor");
    frame.current = Value{ErrorValue{}, statement.value->span};
    return;
  }
  if (!frame.current || frame.current->is_error()) return;
  frame.current = apply(value, *frame.current, statement.value->span, frame);
  trace_statement(statement.value->span, *frame.current, before);
}

void Evaluator::expect_shape(const ast::ExpectsShape& expects, const Span& span, Frame& frame) {
  const Value* found = expects.subject.text == "in" ? (frame.input ? &*frame.input : nullptr)
                                                    : frame.find(expects.subject.text);
  if (found == nullptr || found->get<Tensor>() == nullptr) return;
  const Value subject = *found;
  const Shape& shape = shape_of(*subject.get<Tensor>());
  lowering->reads_shapes = true;
  const int skip = shape.has_batch() ? 1 : 0;
  bool fits = shape.rank() - skip == static_cast<int>(expects.pattern.size());
  std::string wanted;
  for (std::size_t i = 0; i < expects.pattern.size(); ++i) {
    const ast::ShapePatternItem& item = expects.pattern[i];
    const bool demanded = item.kind == ast::ShapePatternItem::Kind::Size;
    wanted += fmt::format("{}{}", i == 0 ? "" : ", ",
                          demanded ? fmt::format("{}", item.size) : (item.name.empty() ? "_" : item.name));
    if (!fits) continue;
    const std::int64_t size = shape[static_cast<int>(i) + skip];
    if (demanded) fits = size == item.size;
    if (item.kind == ast::ShapePatternItem::Kind::Bind) frame.define(item.name, Value{size, subject.origin});
  }
  if (fits) return;
  std::vector<std::int64_t> sample(shape.sizes().begin() + skip, shape.sizes().end());
  const Span place = call_sites.empty() ? user_place(span) : user_place(call_sites.back());
  {
    auto builder =
        sink_.report(diagnostics::UnexpectedInput, place, ast::declared_name(*frame.declaration)->text,
                     fmt::format("[{}]", wanted), Shape(sample).to_string());
    builder.here(fmt::format("gets {}", Shape(sample).to_string()));
    if (graph().node(subject.get<Tensor>()->node).origin != place) label_tensor(builder, subject);
    if (sources_.is_user_code(span)) builder.label(span, "expected here");
    if (expects.hint) builder.hint(*expects.hint);
  }
  frame.current = Value{ErrorValue{}, span};
  frame.stopped = true;
}

void Evaluator::expect_condition(const ast::ExpectsCondition& expects, const Span& span, Frame& frame) {
  const Value value = evaluate(*expects.condition, frame);
  if (value.is_error()) return;
  const bool* holds = value.get<bool>();
  if (holds == nullptr) {
    wrong_type(expects.condition->span, text_of(*expects.condition), value, "a bool");
    return;
  }
  if (*holds) return;
  frame.stopped = true;
  std::set<std::string> names;
  collect_names(*expects.condition, names);
  const std::string owner =
      frame.declaration != nullptr ? ast::declared_name(*frame.declaration)->text : "this file";
  const bool in_loss = is_function_of_kind(frame.declaration, ast::FunctionKind::Loss);
  if (in_loss) {
    frame.current = Value{ErrorValue{}, span};
    report_loss_mismatch(expects, names, owner, frame);
    return;
  }
  // The argument that is out of range, if one is named.
  Span place = user_place(span);
  std::string subject = text_of(*expects.condition);
  std::string message = fmt::format("`{}` expects `{}`", owner, subject);
  for (const auto& [name, local] : frame.locals) {
    if (!names.contains(name) || local.get<Tensor>() != nullptr) continue;
    message = fmt::format("`{}` is {}, but `{}` expects `{}`", name, print_value(local), owner, subject);
    if (sources_.is_user_code(local.origin)) place = local.origin;
    break;
  }
  {
    auto builder = sink_.report(diagnostics::OutOfRange, place, message);
    if (sources_.is_user_code(span)) builder.label(span, "expected here");
    if (expects.hint) builder.hint(*expects.hint);
  }
  frame.current = Value{ErrorValue{}, span};
}

void Evaluator::report_loss_mismatch(const ast::ExpectsCondition& expects, const std::set<std::string>& names,
                                     const std::string& loss, Frame& frame) {
  const Value* prediction = frame.find("prediction");
  const Value* target = frame.find("target");
  const Span place = call_sites.empty() ? Span{} : user_place(call_sites.back());
  const bool about_classes = names.contains(".classes") && names.contains(".features");
  if (about_classes && prediction != nullptr && target != nullptr && prediction->get<Tensor>() != nullptr) {
    const Shape& shape = shape_of(*prediction->get<Tensor>());
    auto builder =
        sink_.report(diagnostics::OutputClasses, prediction->origin, shape.sample_string(), data_name,
                     target->get<Tensor>() != nullptr ? target->get<Tensor>()->classes : 0);
    builder.here(fmt::format("gives {} values per sample", shape.sample_string()));
    builder.label(data_place, "the classes are declared here");
    builder.hint(expects.hint.value_or("let the last layer have as many units as there are classes"));
    return;
  }
  auto builder = sink_.report(diagnostics::LossMismatch, place, loss, model_name,
                              fmt::format("it expects `{}`", text_of(*expects.condition)));
  if (prediction != nullptr) label_tensor(builder, *prediction, "the model ends here with");
  if (expects.hint) builder.hint(*expects.hint);
}

}  // namespace nnc
