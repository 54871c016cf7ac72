// See model.hpp. The evaluator does the work; here its graph gets an input, a target, outputs.
#include "compiler/lower/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

namespace {

ir::NodeId add_input(ir::Graph& graph, InputAttributes::Role role, Shape shape, ElementType type,
                     const Span& origin) {
  return ir::add_node(graph, OpKind::Input, {}, InputAttributes{role, std::move(shape), type}, origin);
}

std::optional<Tensor> run_model(Evaluator& evaluator, const InstancePtr& model, const Shape& sample,
                                const Span& origin) {
  const ast::FunctionDecl& function = *as_function(model->declaration);
  const ir::NodeId features = add_input(evaluator.graph(), InputAttributes::Role::Features,
                                        sample.with_batch_axis(), ElementType::Float, origin);
  Frame body;
  body.declaration = model->declaration;
  body.locals = model->arguments;
  body.instance = model.get();
  body.input = Value{Tensor{features}, origin};
  body.current = body.input;
  const CallScope scope(evaluator, model->span);
  evaluator.run_block(function.body, body);
  if (!body.current || body.current->get<Tensor>() == nullptr) return std::nullopt;
  return *body.current->get<Tensor>();
}

}  // namespace

static bool run_loss(Evaluator& evaluator, const TrialSetup& setup, const DataPlan& data,
                     const Tensor& prediction) {
  const ast::FunctionDecl& function = *as_function(setup.loss->declaration);
  const ir::NodeId target = add_input(evaluator.graph(), InputAttributes::Role::Target, Shape{kBatch},
                                      ElementType::Int, setup.data_span);
  Frame body;
  body.declaration = setup.loss->declaration;
  body.instance = setup.loss.get();
  const Span origin = evaluator.graph().node(prediction.node).origin;
  // The compiler gives the first two parameters; the study gave the others.
  const Value given[] = {Value{prediction, origin}, Value{Tensor{target, data.class_count}, setup.data_span}};
  for (std::size_t i = 0; i < 2 && i < function.parameters.size(); ++i)
    body.define(function.parameters[i].name.text, given[i]);
  for (const auto& [name, value] : setup.loss->arguments) body.define(name, value);
  const CallScope scope(evaluator, setup.loss->span);
  const Value result = evaluator.run_body(function, body);
  if (result.is_error()) return false;
  const auto* loss = result.get<Tensor>();
  if (loss == nullptr || evaluator.shape_of(*loss).rank() != 0) {
    evaluator.sink()
        .report(diagnostics::BadShape, evaluator.user_place(function.name.span),
                fmt::format("loss `{}` gives {}, but one number is needed", function.name.text,
                            loss == nullptr ? describe_kind(result) : evaluator.shape_of(*loss).to_string()))
        .hint("end it with `mean(...)`");
    return false;
  }
  evaluator.graph().outputs.push_back({"loss", loss->node});
  return true;
}

std::optional<LoweredModel> lower_trial(const SourceMap& sources, const CheckedProgram& program,
                                        const TrialSetup& setup, const DataPlan& data, bool training,
                                        Sink& sink, Trace* trace) {
  const int errors_before = sink.error_count();
  Lowering lowering;
  lowering.trace = trace;
  lowering.training = training;
  Evaluator evaluator(sources, program, sink);
  evaluator.lowering = &lowering;
  evaluator.lets = setup.lets.get();
  evaluator.model_name = as_function(setup.model->declaration)->name.text;
  evaluator.data_name = data.name;
  evaluator.data_place = setup.data_span;
  const auto prediction = run_model(evaluator, setup.model, data.sample_shape, setup.data_span);
  if (!prediction || sink.error_count() > errors_before) return std::nullopt;
  lowering.graph.outputs.push_back({"prediction", prediction->node});
  if (!run_loss(evaluator, setup, data, *prediction) || sink.error_count() > errors_before)
    return std::nullopt;
  return LoweredModel{std::move(lowering.graph), std::move(lowering.layers)};
}

// True if anything is computed with it.
static bool is_read(const ir::Graph& graph, ir::NodeId id) {
  const auto reads = [&](const ir::Node& node) {
    return std::find(node.inputs.begin(), node.inputs.end(), id) != node.inputs.end();
  };
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), reads) ||
         std::any_of(graph.updates.begin(), graph.updates.end(),
                     [&](const ir::Update& update) { return update.value == id; });
}

static void report_unread_schedule(Evaluator& evaluator, const TrialSetup& setup) {
  const ast::Name& optimizer = as_function(setup.optimizer->declaration)->name;
  auto report =
      evaluator.sink().report(diagnostics::UnreadSchedule, evaluator.user_place(setup.schedule->span),
                              as_function(setup.schedule->declaration)->name.text, optimizer.text);
  if (evaluator.sources().is_user_code(optimizer.span)) report.label(optimizer.span, "declared here");
  report.hint("let the optimizer multiply its learning rate: `weight <- weight - lr * schedule * gradient`");
}

bool lower_updates(const SourceMap& sources, const CheckedProgram& program, const TrialSetup& setup,
                   const std::vector<std::pair<ir::SlotId, ir::NodeId>>& gradients, ir::Graph& graph,
                   Sink& sink, bool* reads_shapes) {
  const int errors_before = sink.error_count();
  Lowering lowering;
  lowering.graph = std::move(graph);
  Evaluator evaluator(sources, program, sink);
  evaluator.lowering = &lowering;
  evaluator.lets = setup.lets.get();
  for (std::size_t i = 0; i < lowering.graph.nodes.size(); ++i) {
    const ir::Node& node = lowering.graph.nodes[i];
    if (node.op != OpKind::Slot) continue;
    lowering.slot_values[ir::slot_of(node)] = ir::NodeId(i);
  }
  for (const ir::Slot& slot : lowering.graph.slots)
    lowering.random_slots = std::max(lowering.random_slots, slot.stream + 1);
  const ir::NodeId step =
      add_input(lowering.graph, InputAttributes::Role::Step, Shape{}, ElementType::Float, {});
  // Without a schedule its factor is the number 1, and nothing of it is left in the graph.
  std::optional<ir::NodeId> rate;
  if (setup.schedule != nullptr)
    rate = add_input(lowering.graph, InputAttributes::Role::Rate, Shape{}, ElementType::Float, {});
  const ast::FunctionDecl& function = *as_function(setup.optimizer->declaration);
  for (const auto& [slot, gradient] : gradients) {
    lowering.weight = slot;
    if (!lowering.slot_values.contains(slot)) {
      lowering.slot_values[slot] = ir::add_node(lowering.graph, OpKind::Slot, {}, SlotAttributes{slot.index});
    }
    Frame body;
    body.declaration = setup.optimizer->declaration;
    body.instance = setup.optimizer.get();
    body.locals = setup.optimizer->arguments;
    const Span origin = lowering.graph.slot(slot).origin;
    body.give("weight", Value{Tensor{lowering.slot_values.at(slot)}, origin});
    body.give("gradient", Value{Tensor{gradient}, origin});
    body.give("step", Value{Tensor{step}, origin});
    body.give("schedule", rate ? Value{Tensor{*rate}, origin} : Value{1.0, origin});
    const CallScope scope(evaluator, setup.optimizer->span);
    evaluator.run_block(function.body, body);
    if (sink.error_count() > errors_before) break;
  }
  if (rate && sink.error_count() == errors_before && !is_read(lowering.graph, *rate))
    report_unread_schedule(evaluator, setup);
  graph = std::move(lowering.graph);
  if (reads_shapes != nullptr) *reads_shapes = lowering.reads_shapes;
  return sink.error_count() == errors_before;
}

static bool is_possible_input(const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t count = 1;
  for (const std::int64_t size : shape.sizes()) {
    if (size < 1 || __builtin_mul_overflow(count, size, &count) || count > kMost) return false;
  }
  return shape.rank() > 0;
}

// The shape that the model's `input` statement declares.
static std::optional<Shape> declared_input(Evaluator& evaluator, const ast::FunctionDecl& model) {
  for (const ast::Statement& statement : model.body.statements) {
    const auto* input = std::get_if<ast::InputDecl>(&statement.node);
    if (input == nullptr) continue;
    Frame frame;
    const Value value = evaluator.evaluate(*input->shape, frame);
    if (const auto* size = value.get<std::int64_t>()) return Shape{*size};
    if (const auto* dims = value.get<Dims>()) return Shape(dims->sizes);
    if (const auto* list = value.get<List>()) {
      std::vector<std::int64_t> sizes;
      for (const Value& item : **list)
        sizes.push_back(item.get<std::int64_t>() != nullptr ? *item.get<std::int64_t>() : 0);
      return Shape(std::move(sizes));
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ModelSummary> summarize_model(const SourceMap& sources, const CheckedProgram& program,
                                            const ast::Declaration& model, const std::optional<Shape>& input,
                                            Sink& sink, const LetValues* lets, Trace* trace) {
  const int errors_before = sink.error_count();
  Lowering lowering;
  lowering.trace = trace;
  Evaluator evaluator(sources, program, sink);
  evaluator.lets = lets;
  const ast::FunctionDecl& function = *as_function(&model);
  const std::optional<Shape> shape = input ? input : declared_input(evaluator, function);
  if (shape && !is_possible_input(*shape)) {
    sink.report(diagnostics::BadShape, function.name.span,
                fmt::format("an input of {} is not possible", shape->sample_string()))
        .hint("sizes are at least 1, and their product at most 2^40");
    return std::nullopt;
  }
  if (!shape) {
    if (sink.error_count() > errors_before) return std::nullopt;
    sink.report(diagnostics::NothingToTrain, function.name.span,
                fmt::format("the input of model `{}` is not known", function.name.text))
        .hint("add a line such as `input 28x28x1` to the model, or give `--input 28x28x1`");
    return std::nullopt;
  }
  Frame top;
  const Value made = evaluator.construct(model, nullptr, function.name.span, top);
  if (made.is_error()) return std::nullopt;
  evaluator.lowering = &lowering;
  evaluator.model_name = function.name.text;
  const auto prediction = run_model(evaluator, *made.get<InstancePtr>(), *shape, function.name.span);
  if (!prediction || sink.error_count() > errors_before) return std::nullopt;
  ModelSummary summary{function.name.text, *shape, std::move(lowering.layers), 0, 0};
  for (const ir::Slot& slot : lowering.graph.slots) {
    const std::int64_t count = slot.shape.element_count().value_or(0);
    (slot.role == ir::SlotRole::Parameter ? summary.trained : summary.other) += count;
  }
  return summary;
}

}  // namespace nnc
