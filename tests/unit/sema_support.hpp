// What the tests of the checker share: a program, checked, and the codes of what was reported.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/render.hpp"
#include "compiler/sema/program.hpp"

namespace nnc::test {

using Files = std::map<std::string, std::string>;

struct Checked {
  SourceMap sources;
  Sink sink;
  CheckedProgram program;

  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> found;
    for (const Diagnostic& diagnostic : sink.sorted()) found.push_back(diagnostic.code());
    return found;
  }
  [[nodiscard]] std::string text() const { return render_diagnostics(sources, sink.sorted(), {}); }
  [[nodiscard]] bool says(const std::string& words) const { return text().find(words) != std::string::npos; }
};

inline FileReader reader_of(const Files& files) {
  return [files](const std::string& path) -> Result<std::string> {
    const auto file = files.find(path);
    if (file == files.end()) return Failure{"there is no such file", ""};
    return file->second;
  };
}

inline std::unique_ptr<Checked> check(const std::string& text, const Files& files = {}) {
  auto checked = std::make_unique<Checked>();
  const FileId main = checked->sources.add("study/main.nn", text);
  checked->program = check_program(checked->sources, main, reader_of(files), checked->sink);
  return checked;
}

using Codes = std::vector<std::string>;

// The program around a body, so that a test shows only what it is about.
inline const std::string kStudy = R"(
data fashion = idx("mnist")
model ann(hidden: [int] = [256], rate: float = 0.0) {
  flatten
  for units in hidden { dense(units, relu); dropout(rate) }
  dense(10, softmax)
}
recipe standard { loss: cross_entropy; optimizer: adam; batch: 32; epochs: 5; metrics: [accuracy, f1(micro)] }
)";

inline void expect(const std::string& text, const Codes& codes) {
  const auto checked = check(text);
  INFO(text);
  INFO(checked->text());
  CHECK(checked->codes() == codes);
}

inline void expect_in_study(const std::string& text, const Codes& codes) { expect(kStudy + text, codes); }

}  // namespace nnc::test
