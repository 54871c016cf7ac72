// What each builtin of sema/builtins.def does: with numbers at compile time, with tensors as nodes of the
// graph.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/study_builtins.hpp"
#include "compiler/sema/signatures.hpp"

namespace nnc {

// One call of a builtin with its arguments in the order of its signature.
class BuiltinCall {
 public:
  BuiltinCall(Evaluator& evaluator, const BuiltinInfo& builtin, const Span& span, const Quote& quote)
      : evaluator_(evaluator),
        builtin_(builtin),
        parameters_(sema::builtin_signature(builtin).parameters),
        span_(span),
        quote_(quote) {}

  Value run(std::vector<std::pair<std::string, Value>> arguments);

 private:
  bool bind(std::vector<std::pair<std::string, Value>> arguments);
  [[nodiscard]] bool given(std::size_t i) const { return i < arguments_.size() && arguments_[i].has_value(); }
  [[nodiscard]] const Value& argument(std::size_t i) const { return *arguments_[i]; }
  Value result(auto data) const { return Value{data, span_}; }
  Value error() const { return Value{ErrorValue{}, span_}; }
  Value mistyped(std::size_t i, const std::string& needed) const {
    return evaluator_.wrong_type(argument(i).origin, parameters_[i].name, argument(i), needed);
  }
  Value out_of_range(const std::string& message) const {
    evaluator_.sink().report(diagnostics::OutOfRange, evaluator_.user_place(span_), message);
    return error();
  }
  Value node(OpKind op, std::vector<Value> inputs, Attributes attributes = NoAttributes{}) const {
    return evaluator_.make_node(op, inputs, std::move(attributes), span_, quote_);
  }

  Value elementwise(OpKind op, double (*function)(double));
  Value extremum(OpKind op, bool larger);
  Value reduce(OpKind op);
  Value reshape();
  Value transpose();
  Value slice();
  Value concat();
  Value window(OpKind op);
  Value one_hot();
  Value random_like();
  Value produced_by(OpKind op) const;
  Value distribution(Initializer::Kind kind);
  Value product();
  Value count_up_to();
  std::optional<std::vector<std::int64_t>> ints(std::size_t i) const;
  const Tensor* tensor(std::size_t i) const { return argument(i).get<Tensor>(); }

  Evaluator& evaluator_;
  const BuiltinInfo& builtin_;
  const std::vector<sema::SignatureParameter>& parameters_;
  Span span_;
  const Quote& quote_;
  std::vector<std::optional<Value>> arguments_;
};

bool BuiltinCall::bind(std::vector<std::pair<std::string, Value>> arguments) {
  arguments_.resize(parameters_.size());
  std::size_t position = 0;
  for (auto& [name, value] : arguments) {
    std::size_t at = position;
    if (!name.empty()) {
      const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                      [&](const auto& parameter) { return parameter.name == name; });
      at = static_cast<std::size_t>(found - parameters_.begin());
      if (found == parameters_.end()) {
        std::vector<std::string> names;
        for (const auto& parameter : parameters_) names.push_back(parameter.name);
        evaluator_.sink()
            .report(diagnostics::UnknownArgument, evaluator_.user_place(span_), std::string(builtin_.name),
                    name)
            .hint(did_you_mean_hint(name, names));
        return false;
      }
    } else if (position++ >= arguments_.size()) {
      evaluator_.sink().report(diagnostics::TooManyArguments, evaluator_.user_place(span_),
                               std::string(builtin_.name), sema::count_of_arguments(arguments_.size()),
                               sema::given_text(arguments.size()));
      return false;
    }
    arguments_[at] = std::move(value);
  }
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    if (arguments_[i] || !parameters_[i].required) continue;
    evaluator_.sink().report(diagnostics::MissingArgument, evaluator_.user_place(span_),
                             std::string(builtin_.name), parameters_[i].name);
    return false;
  }
  return true;
}

Value BuiltinCall::elementwise(OpKind op, double (*function)(double)) {
  if (tensor(0) != nullptr) return node(op, {argument(0)});
  const auto number = argument(0).number();
  if (!number) return mistyped(0, "a number or a tensor");
  const double value = function(*number);
  if (std::isfinite(value)) return result(value);
  return out_of_range(fmt::format("`{}` of {} is not a number", builtin_.name, *number));
}

Value BuiltinCall::extremum(OpKind op, bool larger) {
  if (tensor(0) != nullptr || tensor(1) != nullptr) return node(op, {argument(0), argument(1)});
  for (std::size_t i = 0; i < 2; ++i) {
    if (!argument(i).number()) return mistyped(i, "a number or a tensor");
  }
  const bool first = larger ? *argument(0).number() >= *argument(1).number()
                            : *argument(0).number() <= *argument(1).number();
  return Value{argument(first ? 0 : 1).data, span_};
}

std::optional<std::vector<std::int64_t>> BuiltinCall::ints(std::size_t i) const {
  std::vector<std::int64_t> values;
  if (const auto* single = argument(i).get<std::int64_t>()) return std::vector{*single};
  if (const auto* dims = argument(i).get<Dims>()) return dims->sizes;
  const auto* list = argument(i).get<List>();
  if (list == nullptr) return std::nullopt;
  for (const Value& item : **list) {
    const auto* value = item.get<std::int64_t>();
    if (value == nullptr) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

Value BuiltinCall::reduce(OpKind op) {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  const int rank = evaluator_.shape_of(*tensor(0)).rank();
  AxesAttributes attributes;
  if (given(1) && argument(1).get<Word>() == nullptr) {
    const auto axes = ints(1);
    if (!axes) return mistyped(1, "a list of axes");
    for (const std::int64_t axis : *axes) {
      const std::int64_t wrapped = axis < 0 ? axis + rank : axis;
      if (wrapped < 0 || wrapped >= rank) {
        return out_of_range(fmt::format("axis {} of `{}` is out of range: {} has axes 0 to {}", axis,
                                        builtin_.name, evaluator_.shape_of(*tensor(0)).to_string(),
                                        rank - 1));
      }
      attributes.axes.push_back(static_cast<int>(wrapped));
    }
    std::sort(attributes.axes.begin(), attributes.axes.end());
    attributes.axes.erase(std::unique(attributes.axes.begin(), attributes.axes.end()), attributes.axes.end());
  } else {
    attributes.axes.resize(static_cast<std::size_t>(rank));
    std::iota(attributes.axes.begin(), attributes.axes.end(), 0);
  }
  return node(op, {argument(0)}, std::move(attributes));
}

Value BuiltinCall::reshape() {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  const auto sizes = ints(1);
  if (!sizes) return mistyped(1, "a list of sizes");
  const Shape& shape = evaluator_.shape_of(*tensor(0));
  std::vector<std::int64_t> target;
  if (shape.has_batch()) target.push_back(kBatch);
  for (const std::int64_t size : *sizes) {
    if (size < 0) return out_of_range(fmt::format("a size of `{}` is {}", builtin_.name, size));
    target.push_back(size);
  }
  return node(OpKind::Reshape, {argument(0)}, ShapeAttributes{Shape(std::move(target))});
}

Value BuiltinCall::transpose() {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  const auto order = ints(1);
  if (!order) return mistyped(1, "a list of axes");
  PermutationAttributes attributes;
  for (const std::int64_t axis : *order) {
    if (axis < 0 || axis > 64)
      return out_of_range(fmt::format("axis {} of `transpose` is out of range", axis));
    attributes.order.push_back(static_cast<int>(axis));
  }
  return node(OpKind::Transpose, {argument(0)}, std::move(attributes));
}

Value BuiltinCall::slice() {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  std::int64_t numbers[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto* number = argument(i + 1).get<std::int64_t>();
    if (number == nullptr) return mistyped(i + 1, "an int");
    numbers[i] = *number;
  }
  const int rank = evaluator_.shape_of(*tensor(0)).rank();
  if (numbers[0] < 0) numbers[0] += rank;
  if (numbers[0] < 0 || numbers[0] >= rank)
    return out_of_range(fmt::format("axis {} of `slice` is out of range", numbers[0]));
  return node(OpKind::Slice, {argument(0)},
              SliceAttributes{static_cast<int>(numbers[0]), numbers[1], numbers[2]});
}

Value BuiltinCall::concat() {
  const auto* parts = argument(0).get<List>();
  if (parts == nullptr || (*parts)->empty()) return mistyped(0, "a list of tensors");
  for (const Value& part : **parts) {
    if (part.get<Tensor>() == nullptr) return mistyped(0, "a list of tensors");
  }
  const int rank = evaluator_.shape_of(*(**parts).front().get<Tensor>()).rank();
  std::int64_t axis = rank - 1;
  if (given(1) && argument(1).get<Word>() == nullptr) {
    const auto* number = argument(1).get<std::int64_t>();
    if (number == nullptr) return mistyped(1, "an int");
    axis = *number < 0 ? *number + rank : *number;
  }
  if (axis < 0 || axis >= rank) return out_of_range(fmt::format("axis {} of `concat` is out of range", axis));
  return node(OpKind::Concat, **parts, ConcatAttributes{static_cast<int>(axis)});
}

// Convolutions and pools. `same` pads so that the output is ceil(size / stride), the odd pixel after, as in
// Keras.
Value BuiltinCall::window(OpKind op) {
  const bool convolution = op == OpKind::Conv2d;
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  const Shape& image = evaluator_.shape_of(*tensor(0));
  WindowAttributes attributes;
  const auto pair_of = [&](std::size_t i) -> std::optional<std::array<std::int64_t, 2>> {
    const auto sizes = ints(i);
    if (!sizes || sizes->empty() || sizes->size() > 2) return std::nullopt;
    return std::array{sizes->front(), sizes->back()};
  };
  if (convolution) {
    if (tensor(1) == nullptr) return mistyped(1, "a tensor");
    const Shape& kernel = evaluator_.shape_of(*tensor(1));
    if (kernel.rank() == 4) attributes.window = {kernel[0], kernel[1]};
  } else {
    const auto size = pair_of(1);
    if (!size) return mistyped(1, "a size such as 2x2");
    attributes.window = *size;
  }
  const auto stride = pair_of(2);
  if (!stride) return mistyped(2, "a size such as 2x2");
  attributes.stride = *stride;
  for (std::size_t i = 0; i < 2; ++i) {
    if (attributes.window[i] < 1 || attributes.stride[i] < 1) {
      return out_of_range(fmt::format("a window of {}x{} with stride {}x{} has a size below 1",
                                      attributes.window[0], attributes.window[1], attributes.stride[0],
                                      attributes.stride[1]));
    }
  }
  const auto* pad = argument(3).get<Word>();
  if (pad == nullptr) return mistyped(3, "`valid` or `same`");
  if (pad->text == "same" && image.rank() == 4) {
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t size = image[static_cast<int>(i) + 1];
      const std::int64_t outputs = (size + attributes.stride[i] - 1) / attributes.stride[i];
      const std::int64_t total =
          std::max<std::int64_t>(0, (outputs - 1) * attributes.stride[i] + attributes.window[i] - size);
      attributes.pad_before[i] = total / 2;
      attributes.pad_after[i] = total - total / 2;
    }
  }
  std::vector<Value> inputs = {argument(0)};
  if (convolution) inputs.push_back(argument(1));
  return node(op, std::move(inputs), std::move(attributes));
}

Value BuiltinCall::one_hot() {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  const auto* classes = argument(1).get<std::int64_t>();
  if (classes == nullptr) return mistyped(1, "an int");
  if (*classes < 1) return out_of_range(fmt::format("`one_hot` needs at least one class, not {}", *classes));
  return node(OpKind::OneHot, {argument(0)}, ClassesAttributes{*classes});
}

Value BuiltinCall::random_like() {
  if (tensor(0) == nullptr) return mistyped(0, "a tensor");
  return node(OpKind::RandomUniform, {},
              RandomAttributes{evaluator_.lowering->random_places++, evaluator_.shape_of(*tensor(0))});
}

Value BuiltinCall::produced_by(OpKind op) const {
  if (tensor(0) == nullptr) return result(false);
  ir::NodeId id = tensor(0)->node;
  const ir::Graph& graph = evaluator_.graph();
  while (graph.node(id).op == OpKind::Reshape) id = graph.node(id).inputs.front();
  return result(graph.node(id).op == op);
}

Value BuiltinCall::distribution(Initializer::Kind kind) {
  Initializer initializer{kind, 0, 0};
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const auto number = argument(i).number();
    if (!number) return mistyped(i, "a number");
    if (!std::isfinite(*number)) return out_of_range(fmt::format("`{}` is {}", parameters_[i].name, *number));
    (i == 0 ? initializer.first : initializer.second) = *number;
  }
  return result(initializer);
}

Value BuiltinCall::product() {
  const auto* list = argument(0).get<List>();
  if (list == nullptr) return mistyped(0, "a list of numbers");
  std::int64_t integers = 1;
  double reals = 1;
  bool all_integers = true;
  for (const Value& item : **list) {
    const auto number = item.number();
    if (!number) return mistyped(0, "a list of numbers");
    reals *= *number;
    const auto* integer = item.get<std::int64_t>();
    all_integers = all_integers && integer != nullptr;
    if (all_integers && __builtin_mul_overflow(integers, *integer, &integers)) {
      evaluator_.sink().report(diagnostics::IntegerOverflow, evaluator_.user_place(span_), quote_.text());
      return error();
    }
  }
  return all_integers ? result(integers) : result(reals);
}

Value BuiltinCall::count_up_to() {
  const auto* list = argument(0).get<List>();
  if (list == nullptr) return mistyped(0, "a list of numbers");
  const auto most = argument(1).number();
  if (!most) return mistyped(1, "a number");
  if (!evaluator_.spend(span_, static_cast<std::int64_t>((*list)->size()))) return error();
  std::int64_t count = 0;
  for (const Value& item : **list) {
    const auto number = item.number();
    if (!number) return mistyped(0, "a list of numbers");
    count += *number <= *most ? 1 : 0;
  }
  return result(count);
}

static double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
static double softplus_of(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
static double sign_of(double x) { return x > 0 ? 1 : (x < 0 ? -1 : 0); }

Value BuiltinCall::run(std::vector<std::pair<std::string, Value>> arguments) {
  if (!bind(std::move(arguments))) return error();
  switch (builtin_.builtin) {
    case Builtin::Exp:
      return elementwise(OpKind::Exp, std::exp);
    case Builtin::Log:
      return elementwise(OpKind::Log, std::log);
    case Builtin::Sqrt:
      return elementwise(OpKind::Sqrt, std::sqrt);
    case Builtin::Abs:
      if (const auto* integer = argument(0).get<std::int64_t>();
          integer != nullptr && *integer != std::numeric_limits<std::int64_t>::min()) {
        return result(*integer < 0 ? -*integer : *integer);
      }
      return elementwise(OpKind::Abs, std::fabs);
    case Builtin::Sign:
      return elementwise(OpKind::Sign, sign_of);
    case Builtin::Tanh:
      return elementwise(OpKind::Tanh, std::tanh);
    case Builtin::Sigmoid:
      return elementwise(OpKind::Sigmoid, sigmoid_of);
    case Builtin::Softplus:
      return elementwise(OpKind::Softplus, softplus_of);
    case Builtin::Erf:
      return elementwise(OpKind::Erf, std::erf);
    case Builtin::Max:
      return extremum(OpKind::Maximum, true);
    case Builtin::Min:
      return extremum(OpKind::Minimum, false);
    case Builtin::Where:
      // A comparison of `schedule` is decided already where a trial has none.
      if (const bool* known = argument(0).get<bool>()) return argument(*known ? 1 : 2);
      return node(OpKind::Select, {argument(0), argument(1), argument(2)});
    case Builtin::Greater:
      return node(OpKind::Greater, {argument(0), argument(1)});
    case Builtin::Softmax:
      return node(OpKind::Softmax, {argument(0)});
    case Builtin::LogSoftmax:
      return node(OpKind::LogSoftmax, {argument(0)});
    case Builtin::Sum:
      return reduce(OpKind::Sum);
    case Builtin::Mean:
      return reduce(OpKind::Mean);
    case Builtin::Reshape:
      return reshape();
    case Builtin::Transpose:
      return transpose();
    case Builtin::Slice:
      return slice();
    case Builtin::Concat:
      return concat();
    case Builtin::Convolve:
      return window(OpKind::Conv2d);
    case Builtin::MaxPool:
      return window(OpKind::MaxPool2d);
    case Builtin::AvgPool:
      return window(OpKind::AvgPool2d);
    case Builtin::Pick:
      return node(OpKind::Pick, {argument(0), argument(1)});
    case Builtin::OneHot:
      return one_hot();
    case Builtin::RandomMask:
      return random_like();
    case Builtin::IsSoftmax:
      return produced_by(OpKind::Softmax);
    case Builtin::IsSigmoid:
      return produced_by(OpKind::Sigmoid);
    case Builtin::IsClass:
      return result(tensor(0) != nullptr && tensor(0)->classes > 0);
    case Builtin::Constant:
      return distribution(Initializer::Kind::Constant);
    case Builtin::UniformBetween:
      return distribution(Initializer::Kind::Uniform);
    case Builtin::NormalWith:
      return distribution(Initializer::Kind::Normal);
    case Builtin::TruncatedNormalWith:
      return distribution(Initializer::Kind::TruncatedNormal);
    case Builtin::Cos: {
      const auto number = argument(0).number();
      return number ? result(std::cos(*number)) : mistyped(0, "a number");
    }
    case Builtin::Len:
      if (const auto* list = argument(0).get<List>())
        return result(static_cast<std::int64_t>((*list)->size()));
      return mistyped(0, "a list");
    case Builtin::ToInt:
    case Builtin::Round: {
      const auto number = argument(0).number();
      if (!number) return mistyped(0, "a number");
      const double whole = builtin_.builtin == Builtin::Round ? std::round(*number) : std::trunc(*number);
      if (!(std::abs(whole) < 9.0e18)) return out_of_range(fmt::format("{} does not fit an int", *number));
      return result(static_cast<std::int64_t>(whole));
    }
    case Builtin::ToFloat: {
      const auto number = argument(0).number();
      return number ? result(*number) : mistyped(0, "a number");
    }
    case Builtin::Product:
      return product();
    case Builtin::CountUpTo:
      return count_up_to();
    case Builtin::Linspace:
      return make_linspace({evaluator_, builtin_, span_, arguments_});
    case Builtin::Logspace:
      return make_logspace({evaluator_, builtin_, span_, arguments_});
    case Builtin::Between:
      return make_space({evaluator_, builtin_, span_, arguments_});
    case Builtin::KFold:
      return make_folds({evaluator_, builtin_, span_, arguments_});
    case Builtin::HoldOut:
      return make_holdout({evaluator_, builtin_, span_, arguments_});
    case Builtin::Idx:
      break;  // a data declaration reads it itself (data_sets.cpp)
  }
  evaluator_.sink().report(diagnostics::NotCallable, evaluator_.user_place(span_), std::string(builtin_.name),
                           "a source or scheme of a declaration");
  return error();
}

Value Evaluator::call_builtin(const BuiltinInfo& builtin,
                              std::vector<std::pair<std::string, Value>> arguments, const Span& span,
                              const Quote& quote) {
  return BuiltinCall(*this, builtin, span, quote).run(std::move(arguments));
}

}  // namespace nnc
