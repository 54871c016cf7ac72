// driver: when two trials compute the same, and what it costs to say so.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "compiler/driver/compile_trial.hpp"
#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

std::vector<rt::ProgramIdentity> identities_of(const std::string& body, std::size_t* graphs = nullptr) {
  const LoweredProgram program(body);
  const TrialCompiler compiler(program.sources, program.checked, *program.study);
  std::vector<rt::ProgramIdentity> identities;
  for (std::size_t i = 0; i < program.plan().trials.size(); ++i) {
    const auto identity = compiler.identify(i);
    REQUIRE(identity);
    identities.push_back(identity.value());
  }
  if (graphs != nullptr) *graphs = compiler.graphs_built();
  return identities;
}

rt::ProgramIdentity identity_of(const std::string& layers, const std::string& optimizer = "adam",
                                const std::string& loss = "cross_entropy") {
  return identities_of("model net {\n" + layers +
                       "\n}\nexperiment e { train net on images with quick { optimizer: " + optimizer +
                       ", loss: " + loss + " } }\n")
      .at(0);
}

const std::string kLayers = "flatten; dense(16, relu); dropout(0.2); dense(10, softmax)";

}  // namespace

TEST_CASE("an identity is SHA-256 of model and optimizer, and of the forms of both") {
  const rt::ProgramIdentity identity = identity_of(kLayers);
  CHECK(identity.model.size() == 64);
  CHECK(identity.optimizer.size() == 64);
  CHECK(identity.form.size() == 2 * 64);
  CHECK(std::set<std::string>{identity.model, identity.optimizer, identity.form}.size() == 3);
}

TEST_CASE("programs that differ in numbers alone have the same form, those of other shapes another") {
  const std::string form = identity_of(kLayers).form;
  CHECK(identity_of("flatten; dense(16, relu); dropout(0.3); dense(10, softmax)").form == form);
  CHECK(identity_of(kLayers, "adam(lr: 0.002)").form == form);
  CHECK(identity_of("flatten; dense(17, relu); dropout(0.2); dense(10, softmax)").form != form);
  CHECK(identity_of("flatten; dense(16, tanh); dropout(0.2); dense(10, softmax)").form != form);
  CHECK(identity_of(kLayers, "sgd").form != form);
}

TEST_CASE("names, order, comments and ways of writing change no identity") {
  const std::string plain =
      "optimizer step_down(lr: float) { weight <- weight - lr * gradient }\n"
      "layer block(units: int) { dense(units, relu); dropout(0.2) }\n"
      "model net(units: int) { flatten; block(units); dense(10, softmax) }\n"
      "experiment e { train net(16) on images with quick { optimizer: step_down(0.1) } }\n";
  const std::string renamed =
      "# the same\nexperiment other { train network on pictures with fast }\n"
      "recipe fast from quick {\n  optimizer: down(rate: 1 / 10)\n}\n"
      "let drop = 0.4 / 2\n"
      "model network(size: int = 8 + 8) { flatten; let first = dense(size); first\n"
      "  relu; dropout(drop); dense(units: 10, activation: softmax) }\n"
      "data pictures = idx(\"elsewhere\")\n"
      "optimizer down(rate: float) {\n  weight <- weight - gradient_times(gradient, rate)\n}\n"
      "fn gradient_times(g, by) = by * g\n";
  const auto one = identities_of(plain);
  const auto other = identities_of(renamed);
  REQUIRE(one.size() == 1);
  REQUIRE(other.size() == 1);
  CHECK(one[0] == other[0]);
}

TEST_CASE("what a layer does is the model's identity, and what happens to weights is the optimizer's") {
  const rt::ProgramIdentity base = identity_of(kLayers);
  const auto only_model = [&](const rt::ProgramIdentity& changed) {
    return changed.model != base.model && changed.optimizer == base.optimizer;
  };
  const auto only_optimizer = [&](const rt::ProgramIdentity& changed) {
    return changed.model == base.model && changed.optimizer != base.optimizer;
  };
  CHECK(only_model(identity_of("flatten; dense(16, relu); dropout(0.3); dense(10, softmax)")));
  CHECK(only_model(identity_of("flatten; dense(16, relu); dense(10, softmax)")));
  CHECK(only_model(identity_of("flatten; dense(16, tanh); dropout(0.2); dense(10, softmax)")));
  CHECK(only_model(identity_of("flatten; dense(16, relu, init: uniform); dropout(0.2); dense(10, softmax)")));
  CHECK(only_model(identity_of(kLayers, "adam", "mse")));
  CHECK(only_optimizer(identity_of(kLayers, "adam(lr: 0.002)")));
  CHECK(only_optimizer(identity_of(kLayers, "adam(epsilon: 1e-6)")));
  CHECK(only_optimizer(identity_of(kLayers, "sgd")));
  CHECK(identity_of(kLayers, "adam(0.001)") == base);
  CHECK(identity_of(kLayers, "sgd(momentum: 0)") == identity_of(kLayers, "sgd"));
}

TEST_CASE("a dropout of nothing is no dropout") {
  CHECK(identity_of("flatten; dense(16, relu); dropout(0); dense(10, softmax)") ==
        identity_of("flatten; dense(16, relu); dense(10, softmax)"));
}

TEST_CASE("which layer draws from which random stream counts") {
  CHECK(identity_of("flatten; dense(16); dropout(0.2); dropout(0.3); dense(10, softmax)").model !=
        identity_of("flatten; dense(16); dropout(0.3); dropout(0.2); dense(10, softmax)").model);
  // One draws its kernel from the stream that the other draws its bias from.
  const std::string noisy =
      "layer a(units: int) { param w: [in.features, units] ~ uniform; param b: [units] ~ uniform; in @ w + b "
      "}\n"
      "layer b(units: int) { param b: [units] ~ uniform; param w: [in.features, units] ~ uniform; in @ w + b "
      "}\n";
  const auto with = [&](const std::string& layer) {
    return identities_of(noisy + "model net { flatten; " + layer +
                         "(10); softmax }\nexperiment e { train net on images with quick }\n")
        .at(0);
  };
  CHECK(with("a").model != with("b").model);
  CHECK(with("a").optimizer == with("b").optimizer);
}

TEST_CASE("an optimizer that takes the weight for the gradient is another one") {
  const auto with = [](const std::string& update) {
    return identities_of("optimizer own { weight <- weight - 0.1 * " + update +
                         " }\nmodel net { flatten; dense(10, softmax) }\n"
                         "experiment e { train net on images with quick { optimizer: own } }\n")
        .at(0)
        .optimizer;
  };
  const std::set<std::string> identities = {with("gradient"),          with("weight"),
                                            with("gradient * weight"), with("gradient ^ 2"),
                                            with("weight ^ 2"),        with("gradient / step")};
  CHECK(identities.size() == 6);
}

TEST_CASE("an optimizer that looks at shapes has the identity of what it does to the model's") {
  const std::string optimizer =
      "optimizer kernels_only { if weight.rank > 1 { weight <- weight - 0.1 * gradient } }\n";
  const auto with = [&](const std::string& chosen, const std::string& bias) {
    return identities_of(optimizer + "model net { flatten; dense(10, softmax, use_bias: " + bias +
                         ") }\nexperiment e { train net on images with quick { optimizer: " + chosen +
                         " } }\n")
        .at(0)
        .optimizer;
  };
  CHECK(with("kernels_only", "false") == with("sgd(0.1)", "false"));
  CHECK(with("kernels_only", "true") != with("sgd(0.1)", "true"));
}

TEST_CASE(
    "an optimizer differs wherever it does so for some shape of the model, however it looks at shapes") {
  const auto with = [](const std::string& body, int scale) {
    const std::string number = std::to_string(scale);
    return identities_of(
               "init by_size(k: int) { constant(if fan_in > 100 { 1.0 * k } else { 0.5 }) }\n"
               "init by_rank(k: int) { constant(if len(shape) > 1 { 1.0 * k } else { 0.5 }) }\n"
               "optimizer own(k: int) {\n" +
               body +
               "\n}\nmodel net { flatten; dense(10, softmax) }\n"
               "experiment e { train net on images with quick { optimizer: own(" +
               number + ") } }\n")
        .at(0)
        .optimizer;
  };
  const std::vector<std::string> bodies = {
      "if weight.features > 8 { weight <- weight - k * gradient } else { weight <- weight - gradient }",
      "if gradient.rank > 1 { weight <- weight - k * gradient } else { weight <- weight - gradient }",
      "if weight.shape[0] > 50 { weight <- weight - k * gradient } else { weight <- weight - gradient }",
      "state m ~ by_size(k)\n m <- m + gradient\n weight <- weight - m",
      "state m ~ by_rank(k)\n m <- m + gradient\n weight <- weight - m",
      "state m: [3, 5] ~ constant(k)\n weight <- weight - gradient * mean(m)",
      "weight <- weight - k * gradient / sum(gradient ^ 2)",
      "weight <- weight - k * random_like(gradient) * gradient",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    CHECK(with(body, 2) != with(body, 3));
    CHECK(with(body, 2) == with(body, 2));
  }
}

TEST_CASE("identities of a grid build as many graphs as it has models and optimizers") {
  std::size_t graphs = 0;
  const auto identities = identities_of(
      "model net(rate: float) { flatten; dense(16, relu); dropout(rate); dense(10, softmax) }\n"
      "experiment e {\n  sweep rate in linspace(0, 0.5, 30)\n  sweep lr in linspace(0.01, 0.1, 20)\n"
      "  train net(rate) on images with quick { optimizer: adam(lr: lr) }\n  repeat over 10 seeds\n}\n",
      &graphs);
  CHECK(identities.size() == 6000);
  CHECK(graphs == 2 * 30 + 20);  // what Adam does is the same for the four shapes of weights
  std::set<std::pair<std::string, std::string>> distinct;
  for (const rt::ProgramIdentity& identity : identities) distinct.emplace(identity.model, identity.optimizer);
  CHECK(distinct.size() == 600);
}

TEST_CASE("equal identities are equal programs, and different ones are different programs") {
  const LoweredProgram program(
      "model net(hidden: [int], rate: float) {\n"
      "  flatten; for units in hidden { dense(units, relu); dropout(rate) }; dense(10, softmax)\n}\n"
      "experiment e {\n  sweep hidden in [[8], [8, 8], [16]]\n  sweep rate in [0, 0.0, 0.1]\n"
      "  sweep opt in [sgd, sgd(0.01), sgd(momentum: 0.9), adam]\n"
      "  train net(hidden, rate) on images with quick { optimizer: opt }\n  repeat over 2 seeds\n}\n");
  const TrialCompiler compiler(program.sources, program.checked, *program.study);
  std::map<std::string, std::pair<std::string, std::string>> by_program;
  std::set<std::pair<std::string, std::string>> distinct;
  for (std::size_t i = 0; i < program.plan().trials.size(); ++i) {
    const auto train = compiler.graph(i, rt::Phase::Train);
    const auto evaluate = compiler.graph(i, rt::Phase::Evaluate);
    const auto identity = compiler.identify(i);
    REQUIRE(train);
    REQUIRE(evaluate);
    REQUIRE(identity);
    const std::pair both(identity.value().model, identity.value().optimizer);
    const std::string graphs = anonymous_text(train.value()) + anonymous_text(evaluate.value());
    CHECK(by_program.try_emplace(graphs, both).first->second == both);
    distinct.insert(both);
  }
  CHECK(by_program.size() == distinct.size());
}

TEST_CASE("trials of one form, which differ in numbers alone, need the same memory") {
  const LoweredProgram program(
      "model net(hidden: [int], rate: float) {\n"
      "  flatten; for units in hidden { dense(units, relu); dropout(rate) }; dense(10, softmax)\n}\n"
      "experiment e {\n  sweep hidden in [[8], [8, 8]]\n  sweep rate in [0, 0.1, 0.2]\n"
      "  sweep opt in [sgd(0.1), sgd(0.2), sgd(momentum: 0.9), adam, adam(beta1: 0.8)]\n"
      "  train net(hidden, rate) on images with quick { optimizer: opt }\n}\n");
  const TrialCompiler compiler(program.sources, program.checked, *program.study);
  std::map<std::pair<std::string, std::int64_t>, std::pair<std::uint64_t, std::uint64_t>> needs;
  std::set<std::string> forms;
  for (std::size_t i = 0; i < program.plan().trials.size(); ++i) {
    const std::string form = compiler.identify(i).value().form;
    forms.insert(form);
    for (const std::int64_t batch : {1, 7, 32}) {
      const StepPlan step = compiler.compile(i).value().plans(rt::Phase::Train, batch);
      const std::pair bytes(step.state_bytes, step.work_bytes);
      CHECK(needs.try_emplace({form, batch}, bytes).first->second == bytes);
    }
  }
  CHECK(forms.size() == 2 * 2 * 3);  // without dropout or with; no momentum, one, adam's two
}

TEST_CASE("several threads may ask for identities at once") {
  const LoweredProgram program(
      "model net(units: int) { flatten; dense(units); dense(10, softmax) }\n"
      "experiment e { sweep units in 1 .. 20\n  train net(units) on images with quick\n  repeat over 5 seeds "
      "}\n");
  const TrialCompiler compiler(program.sources, program.checked, *program.study);
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (auto& own : found) {
    threads.emplace_back([&compiler, &own] {
      for (std::size_t i = 0; i < 100; ++i) own.push_back(compiler.identify(i).value().model);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& own : found) CHECK(own == found.front());
}
