// See network.hpp. The order of rooms is that of TrialCompiler, with the gradients as outputs and wide plans.
#include "network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/base/check.hpp"
#include "compiler/base/render.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"
#include "compiler/sema/check.hpp"
#include "runtime/random/random.hpp"
#include "stdlib/stdlib.hpp"

namespace nnc::test {

// ---------------------------------------------------------------- library

Library Library::standard() {
  Library library;
  for (const EmbeddedFile& file : stdlib_files()) {
    library.texts_.emplace_back(std::string(file.path), std::string(file.text));
  }
  return library;
}

std::vector<EmbeddedFile> Library::files() const {
  std::vector<EmbeddedFile> files;
  for (const auto& [path, text] : texts_) files.push_back({path, text});
  return files;
}

static Result<std::string> no_file(const std::string& path) { return Failure{"there is no " + path, ""}; }

// The library alone: its declarations know where they are written.
static CheckedProgram check_library(const Library& library, SourceMap& sources, Sink& sink) {
  const FileId file = sources.add("nothing.nn", "nn 1\n");
  const std::vector<EmbeddedFile> files = library.files();
  return sema::check_program_with(files, sources, file, no_file, sink);
}

std::vector<std::string> Library::declared_names() const {
  SourceMap sources;
  Sink sink;
  const CheckedProgram program = check_library(*this, sources, sink);
  std::vector<std::string> names;
  for (const auto& module : program.modules) {
    if (!module->is_library) continue;
    for (const ast::Declaration& declaration : module->module.declarations) {
      if (const ast::Name* name = ast::declared_name(declaration)) names.push_back(name->text);
    }
  }
  return names;
}

Library Library::with_change(std::string_view declaration, std::string_view before,
                             std::string_view after) const {
  SourceMap sources;
  Sink sink;
  const CheckedProgram program = check_library(*this, sources, sink);
  const auto found = program.library_names.find(declaration);
  if (found == program.library_names.end()) throw std::runtime_error(fmt::format("no `{}`", declaration));
  const std::string_view text = sources.text(found->second->span);
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) {
    throw std::runtime_error(fmt::format("`{}` has no `{}`", declaration, before));
  }
  Library changed = *this;
  for (auto& [path, whole] : changed.texts_) {
    const std::size_t begin = whole.find(text);
    if (begin == std::string::npos) continue;
    whole.replace(begin + at, before.size(), after);
    return changed;
  }
  throw std::runtime_error(fmt::format("`{}` is in no file of the library", declaration));
}

// ---------------------------------------------------------------- program

Program::Program(const Library& library, const std::string& text, const DataFacts& facts) {
  const FileId file = sources.add("test.nn", text);
  const std::vector<EmbeddedFile> files = library.files();
  checked = sema::check_program_with(files, sources, file, no_file, sink);
  StudyOptions options;
  options.inspect_data = [&](const std::string&) { return facts; };
  if (!sink.has_errors()) study = plan_study(sources, checked, options, sink);
  if (!study) throw std::runtime_error(text + "\n" + render_diagnostics(sources, sink.sorted(), {}));
}

std::string program_text(const NetworkText& network) {
  return fmt::format(
      "data samples = idx(\"nowhere\")\n{}{}\nmodel net {{\n{}\n}}\n"
      "recipe quick {{ loss: {}, optimizer: {}, metrics: [{}], schedule: {}, epochs: 10 }}\n"
      "experiment e {{ train net on samples with quick }}\n",
      kHelpers, network.declarations, network.body, network.loss, network.optimizer,
      network.metrics.empty() ? "accuracy" : network.metrics,
      network.schedule.empty() ? "none" : network.schedule);
}

// ---------------------------------------------------------------- network

static rt::Memory allocate(std::uint64_t bytes) { return std::move(rt::Memory::allocate(bytes)).value(); }

// A plan with the memory of its steps.
struct Network::Machine {
  StepPlan plan;
  rt::Memory work;
  rt::Memory scratch;
  std::optional<rt::Executor> executor;

  Machine(const ir::Graph& graph, std::int64_t batch, rt::KernelSet kernels)
      : plan(plan_step(ir::bind_batch(graph, batch), PlanOptions{.wide = true})),
        work(allocate(plan.work_bytes)),
        scratch(allocate(rt::memory_needs(plan, kernels, 1).scratch)) {}

  [[nodiscard]] Values output(std::string_view name) const {
    const std::span<const double> values = executor->output_wide(name);
    return {values.begin(), values.end()};
  }

  StepResult run(const Values& features, const Labels& labels, const rt::StepContext& context) {
    const std::span<double> into = executor->features_wide();
    NNC_CHECK(into.empty() || into.size() == features.size());
    if (!into.empty()) std::copy(features.begin(), features.end(), into.begin());
    const std::span<std::int32_t> classes = executor->target_classes();
    NNC_CHECK(classes.empty() || classes.size() == labels.size());
    if (!classes.empty()) std::copy(labels.begin(), labels.end(), classes.begin());
    executor->run(context);
    StepResult result{output("prediction"), output("loss").at(0), {}};
    for (const PlannedOutput& planned : plan.outputs) {
      constexpr std::string_view kGradient = "grad:";
      if (!planned.name.starts_with(kGradient)) continue;
      result.gradients[planned.name.substr(kGradient.size())] = output(planned.name);
    }
    return result;
  }
};

static ir::Graph lowered_graph(Program& program, bool training) {
  const TrialSetup& setup = program.study->setups.at(0);
  const DataPlan& data = program.study->plan.data.at(setup.data);
  auto lowered = lower_trial(program.sources, program.checked, setup, data, training, program.sink);
  if (!lowered) throw std::runtime_error(render_diagnostics(program.sources, program.sink.sorted(), {}));
  ir::Graph graph = ir::optimize(std::move(lowered->graph));
  if (training) {
    const ir::Gradients gradients = ir::add_gradients(graph, graph.find_output("loss"));
    for (const auto& [slot, gradient] : gradients.of) {
      graph.outputs.push_back({"grad:" + graph.slot(slot).name, gradient});
    }
    if (!lower_updates(program.sources, program.checked, setup, gradients.of, graph, program.sink)) {
      throw std::runtime_error(render_diagnostics(program.sources, program.sink.sorted(), {}));
    }
    graph = ir::optimize(std::move(graph));
  }
  return graph;
}

Network::Network(const Library& library, const NetworkText& text, const Shape& sample, int classes,
                 std::int64_t batch, rt::KernelSet kernels, std::uint64_t seed)
    : program_(std::make_unique<Program>(library, program_text(text), DataFacts{sample, 60, 10, classes})),
      training_(std::make_unique<Machine>(lowered_graph(*program_, true), batch, kernels)),
      evaluation_(std::make_unique<Machine>(lowered_graph(*program_, false), batch, kernels)),
      state_(allocate(std::max(training_->plan.state_bytes, evaluation_->plan.state_bytes))),
      seed_(seed) {
  for (Machine* machine : {training_.get(), evaluation_.get()}) {
    machine->executor.emplace(machine->plan, state_, machine->work, machine->scratch, kernels);
  }
  rt::initialize_slots(training_->plan, state_, seed);
}

Network::~Network() = default;

StepResult Network::train(const Values& features, const Labels& labels, double rate) {
  ++step_;
  return training_->run(features, labels, {seed_, step_, rate});
}

StepResult Network::evaluate(const Values& features, const Labels& labels) {
  return evaluation_->run(features, labels, {seed_, step_});
}

const PlannedSlot& Network::planned(const std::string& name) const {
  const auto& slots = training_->plan.slots;
  const auto found =
      std::find_if(slots.begin(), slots.end(), [&](const auto& slot) { return slot.name == name; });
  if (found == slots.end()) throw std::runtime_error("no slot " + name);
  return *found;
}

Values Network::slot(const std::string& name) const {
  const Operand& operand = planned(name).operand;
  const auto* begin = reinterpret_cast<const double*>(state_.data() + operand.offset);
  return {begin, begin + operand.shape.element_count().value()};
}

void Network::set_slot(const std::string& name, const Values& values) {
  const Operand& operand = planned(name).operand;
  NNC_CHECK(static_cast<std::int64_t>(values.size()) == operand.shape.element_count().value(), name);
  std::copy(values.begin(), values.end(), reinterpret_cast<double*>(state_.data() + operand.offset));
}

std::vector<std::string> Network::slot_names() const {
  std::vector<std::string> names;
  for (const PlannedSlot& slot : training_->plan.slots) names.push_back(slot.name);
  return names;
}

std::vector<std::string> Network::parameter_names() const {
  std::vector<std::string> names;
  for (const PlannedSlot& slot : training_->plan.slots) {
    if (slot.trained) names.push_back(slot.name);
  }
  return names;
}

int Network::count_training_ops(OpKind op) const {
  return static_cast<int>(
      std::count_if(training_->plan.steps.begin(), training_->plan.steps.end(), [&](const PlanStep& step) {
        const auto* kernel = std::get_if<KernelStep>(&step);
        return kernel != nullptr && kernel->op == op;
      }));
}

Values spread(std::size_t count, double low, double high, std::uint64_t seed) {
  Values values(count);
  rt::fill_uniform({seed, rt::Purpose::Split, 0, 0}, std::span<double>(values));
  for (double& value : values) value = low + (high - low) * value;
  return values;
}

}  // namespace nnc::test
