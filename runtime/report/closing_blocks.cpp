// What stands at the end of every page: times, data, how to get the same again. See blocks.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/base/number_text.hpp"
#include "runtime/report/blocks.hpp"
#include "runtime/report/tables.hpp"

namespace nnc::rt {
namespace {

Facts data_facts(const DataRecord& data) {
  const auto scaling = [&]() -> std::string {
    if (data.scale == "minmax") return "minmax: every feature to 0..1, fitted on the training part";
    if (data.scale == "standard")
      return "standard: mean 0 and deviation 1 per feature, fitted on the training part";
    if (data.scale == "unit") return "unit: divided by 255";
    return data.scale.empty() ? "none" : data.scale;
  };
  Facts facts;
  facts.facts = {
      {"Name", data.name},
      {"Folder", data.folder, true},
      {"Training samples", with_separators(data.train_count)},
      {"Test samples", with_separators(data.test_count)},
      {"Shape of a sample", data.sample_shape.sample_string()},
      {"Classes", data.classes.empty() ? "" : fmt::format("{}: {}", data.classes.size(), join(data.classes))},
      {"Scaling", scaling()},
      {"SHA-256 of the files", data.sha256, true}};
  std::erase_if(facts.facts, [](const Facts::Fact& fact) { return fact.text.empty(); });
  return facts;
}

}  // namespace

void Builder::add_timing() {
  if (record_.trials.empty()) return;
  Table table = timing_table(record_);
  if (table.rows.size() > 12) table.folded = count_text(std::ssize(table.rows) - 1, "point");
  Section& section = open("Timing", 2);
  section.blocks.push_back(
      Facts{{{"Whole run", measured_time_text(record_.seconds)}, {"Machine", record_.machine}}});
  section.blocks.emplace_back(std::move(table));
}

void Builder::add_data() {
  if (record_.data.empty()) return;
  Section& section = open("Data", 2);
  for (const DataRecord& data : record_.data) section.blocks.emplace_back(data_facts(data));
}

void Builder::add_reproduction() {
  Section& section = open("Reproduce this report", 2);
  std::set<std::uint64_t> seeds;
  for (const TrialRecord& trial : record_.trials) seeds.insert(trial.seed);
  std::string seed_text;
  for (const std::uint64_t seed : seeds)
    seed_text += (seed_text.empty() ? "" : ", ") + fmt::format("{}", seed);
  Facts facts;
  facts.facts = {{"Command", record_.command, true},
                 {"File", record_.file, true},
                 {"nnc version", record_.nnc_version},
                 {"Seeds", seed_text},
                 {"Machine", record_.machine},
                 {"Date", record_.date},
                 {"Time", measured_time_text(record_.seconds)}};
  std::erase_if(facts.facts, [](const Facts::Fact& fact) { return fact.text.empty(); });
  section.blocks.emplace_back(std::move(facts));
  if (!record_.source_text.empty()) {
    section.blocks.push_back(Listing{"Source of " + file_stem(record_.file) + ".nn", record_.source_text});
  }
  if (!record_.trials.empty()) section.blocks.emplace_back(identity_table(record_));
}

}  // namespace nnc::rt
