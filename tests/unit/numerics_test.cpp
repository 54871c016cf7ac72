// The bits of a few small trials are those that were blessed with this kNumerics: who changes them raises it,
// because otherwise stores hold results that nobody gets any more.
//
//   NNC_BLESS=1 build/dev/tests/numerics_test     writes numerics.json; refuses other bits under the same
//   number
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "compiler/base/optimizations.hpp"
#include "runtime/kernels/kernels.hpp"
#include "runtime/train/identity.hpp"
#include "runtime/train/mathematics.hpp"
#include "tests/unit/driver_study.hpp"

using namespace nnc;
using namespace nnc::test;
using nlohmann::json;

namespace {

const char* const kExpected = NNC_SOURCE_DIR "/tests/unit/numerics.json";
const std::string kRaise =
    "raise kNumerics in runtime/train/identity.hpp, then bless: NNC_BLESS=1 numerics_test";

// Between them: dense, sums of more than 512 products, convolution, pooling, batch normalisation and dropout;
// functions of the C library; initial values of several kinds; optimizers, a schedule, stopping, splits,
// scales, batches that are not full.
constexpr const char* kPrograms[][2] = {
    {"mlp", R"(
data small = idx("{folder}") { scale: standard }
model net {
  flatten
  dense(24, relu)
  dropout(0.3)
  dense(4, softmax)
}
recipe plain {
  loss: cross_entropy
  optimizer: adam(lr: 0.01)
  batch: 16
  epochs: 3
  metrics: [accuracy, f1(macro), roc_auc(ovo), log_loss]
}
experiment one { train net on small with plain }
)"},
    {"wide", R"(
data small = idx("{folder}") { scale: minmax }
model net {
  flatten
  dense(520, relu)
  dense(4, softmax)
}
recipe plain {
  loss: cross_entropy
  optimizer: adam
  batch: 16
  epochs: 2
  metrics: [accuracy, log_loss]
}
experiment one { train net on small with plain }
)"},
    {"cnn", R"(
data small = idx("{folder}") { scale: minmax }
model net {
  conv2d(6, 3x3, relu, pad: same)
  maxpool2d(2x2)
  conv2d(5, 3x3)
  batch_norm
  relu
  avgpool2d(2x2)
  flatten
  dense(4, softmax)
}
recipe plain {
  loss: cross_entropy
  optimizer: sgd(lr: 0.05, momentum: 0.9)
  batch: 32
  epochs: 3
  schedule: cosine
  metrics: [accuracy, log_loss]
}
experiment one { train net on small with plain }
)"},
    {"functions", R"(
data small = idx("{folder}") { scale: unit }
model net {
  flatten
  dense(12, gelu, init: normal)
  dense(12, mish, init: uniform)
  dense(12, silu)
  dense(4, softmax)
}
recipe plain {
  loss: cross_entropy
  optimizer: rmsprop
  batch: 10
  epochs: 6
  metrics: [accuracy, log_loss]
}
experiment one {
  train net on small with plain
  stop by valid.loss after 2 epochs
  validate over holdout(0.25)
}
)"},
};

// Noise of 8 x 8 with stripes as wide as the class says.
void write_stripes(const TemporaryFolder& folder) {
  std::uint32_t state = 11;
  const auto write_half = [&](const std::string& stem, std::uint32_t count) {
    Bytes pixels;
    Bytes labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t label = (state = state * 1664525 + 1013904223) >> 30;
      labels.push_back(static_cast<std::uint8_t>(label));
      for (std::uint32_t pixel = 0; pixel < 64; ++pixel) {
        state = state * 1664525 + 1013904223;
        const bool stripe = pixel / 8 / (label + 1) % 2 == 0;
        pixels.push_back(static_cast<std::uint8_t>((state >> 25) + (stripe ? 60 : 0)));
      }
    }
    folder.write(stem + "-images-idx3-ubyte", idx_file({count, 8, 8}, pixels));
    folder.write(stem + "-labels-idx1-ubyte", idx_file({count}, labels));
  };
  write_half("train", 150);
  write_half("t10k", 60);
}

bool has_fast_kernels() { return rt::fast_kernels_f32()[OpKind::MatMul] != nullptr; }

// What comes out of each program with each set of kernels.
json trained() {
  json all = json::object();
  for (const auto& [name, program] : kPrograms) {
    for (const std::string kernels : {"fast", "reference"}) {
      if (kernels == "fast" && !has_fast_kernels()) continue;
      StudyWorld world;
      write_stripes(world.folder);
      world.write("study.nn", program);
      const json results = world.train("study.nn", {"--kernels", kernels});
      INFO(name << ": " << world.err.str());
      REQUIRE(results["exit_code"] == kExitOk);
      const json& trial = results["trials"][0];
      all[std::string(name) + ", " + kernels + " kernels"] = {{"weights", trial["weights_sha256"]},
                                                              {"metrics", trial["metrics"]}};
    }
  }
  return all;
}

// The names of what both have and is not the same.
std::vector<std::string> changed(const json& before, const json& after) {
  std::vector<std::string> names;
  for (const auto& [name, value] : before.items()) {
    if (after.contains(name) && after[name] != value) names.push_back(name);
  }
  return names;
}

json expected() {
  std::ifstream in(kExpected);
  return json::parse(in, nullptr, false);
}

}  // namespace

TEST_CASE("trials have the bits that were blessed with this kNumerics", "[numerics]") {
  // Blessed are the bits of all optimizations.
  if (!switched_off().empty()) return;
  const json before = expected();
  const json now = {{"numerics", rt::kNumerics}, {"mathematics", rt::mathematics()}, {"trials", trained()}};
  const bool comparable = before.is_object() && before.value("mathematics", "") == rt::mathematics();
  const bool same_number = before.is_object() && before.value("numerics", 0) == rt::kNumerics;
  const std::vector<std::string> others =
      comparable && same_number ? changed(before["trials"], now["trials"]) : std::vector<std::string>();
  for (const std::string& name : others) {
    UNSCOPED_INFO(name << ": " << before["trials"][name].dump() << " became " << now["trials"][name].dump());
  }
  if (!others.empty()) FAIL("a trial gives other bits than before: " << kRaise);
  if (std::getenv("NNC_BLESS") != nullptr) {
    std::ofstream(kExpected) << now.dump(2) << "\n";
    return;
  }
  REQUIRE(before.is_object());
  if (!same_number) FAIL("kNumerics was raised; bless what it stands for: NNC_BLESS=1 numerics_test");
  if (!comparable) {
    WARN("this C library has other mathematics than the one that was blessed with: nothing can be compared");
    return;
  }
  for (const auto& [name, value] : now["trials"].items()) {
    INFO(name << " is new: bless it");
    CHECK(before["trials"].contains(name));
  }
}
