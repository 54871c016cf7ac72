// Every diagnostic has a page in docs/diagnostics, and the examples of the pages do what they say: the wrong
// one gives exactly that code, the right one checks. The examples run through the driver in a folder with a
// tiny data set.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/base/diagnostic.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/driver/driver.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;

// Wrong programs that a page cannot show, and why.
const std::map<std::string, std::string> kNotOnThePage = {
    {"E0104", "let deep = " + std::string(1000, '(') + "1" + std::string(1000, ')') + "\n"},  // too long
    {"E0107", "let text = \"\xff\"\n"},  // a page is UTF-8 text itself
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path page_of(const std::string& code) {
  return fs::path(NNC_SOURCE_DIR) / "docs/diagnostics" / (code + ".md");
}

// The first example fenced with ```nn `kind`; empty if there is none.
std::string example(const std::string& page, const std::string& kind) {
  const std::string fence = "\n```nn " + kind + "\n";
  const std::size_t begin = page.find(fence);
  if (begin == std::string::npos) return {};
  const std::size_t end = page.find("```", begin + fence.size());
  return page.substr(begin + fence.size(), end - begin - fence.size());
}

void write_big_endian(std::ofstream& file, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>((value >> shift) & 0xffU));
}

// Twenty 28x28 images of ten classes in IDX files.
void write_part(const fs::path& folder, const std::string& part) {
  constexpr std::uint32_t kCount = 20;
  std::ofstream images(folder / (part + "-images-idx3-ubyte"), std::ios::binary);
  for (const std::uint32_t word : {0x803U, kCount, 28U, 28U}) write_big_endian(images, word);
  for (std::uint32_t i = 0; i < kCount * 28 * 28; ++i) images.put(static_cast<char>(i % 251));
  std::ofstream labels(folder / (part + "-labels-idx1-ubyte"), std::ios::binary);
  for (const std::uint32_t word : {0x801U, kCount}) write_big_endian(labels, word);
  for (std::uint32_t i = 0; i < kCount; ++i) labels.put(static_cast<char>(i % 10));
}

class Workplace {
 public:
  Workplace() : folder_(fs::temp_directory_path() / ("nnc_diagnostics_audit_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "digits");
    write_part(folder_ / "digits", "train");
    write_part(folder_ / "digits", "t10k");
    std::ofstream(folder_ / "blocks.nn") << "layer block(n: int = 8) { dense(n, relu) }\n";
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  struct Outcome {
    int exit_code = 0;
    std::string text;
    std::set<std::string> codes;
  };

  Outcome check(const std::string& program) const {
    const fs::path file = folder_ / "study.nn";
    std::ofstream(file, std::ios::binary) << program;
    std::ostringstream out;
    std::ostringstream err;
    Env env = real_env(nullptr);
    env.out = &out;
    env.err = &err;
    env.out_is_terminal = false;
    env.err_is_terminal = false;
    Outcome outcome;
    outcome.exit_code = run_command_line(env, {"check", "--color", "never", file.string()});
    outcome.text = err.str();
    for (const DiagnosticInfo& info : all_diagnostics()) {
      if (outcome.text.find("[" + code_of(info) + "]") != std::string::npos)
        outcome.codes.insert(code_of(info));
    }
    return outcome;
  }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("every diagnostic has a page, and every page a diagnostic", "[audit]") {
  std::set<std::string> known;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    const std::string code = code_of(info);
    known.insert(code);
    INFO(code);
    CHECK(fs::exists(page_of(code)));
    CHECK(read_text(page_of(code)).starts_with("# " + code + ": "));
  }
  for (const auto& entry : fs::directory_iterator(fs::path(NNC_SOURCE_DIR) / "docs/diagnostics")) {
    if (entry.path().extension() != ".md" || entry.path().stem() == "README") continue;
    INFO(entry.path());
    CHECK(known.contains(entry.path().stem().string()));
  }
}

TEST_CASE("the wrong example of a page gives its code and no other", "[audit]") {
  const Workplace workplace;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    const std::string code = code_of(info);
    const std::string shown = example(read_text(page_of(code)), "wrong");
    INFO(code);
    CHECK(shown.empty() == kNotOnThePage.contains(code));
    const std::string program = shown.empty() ? kNotOnThePage.at(code) : shown;
    const Workplace::Outcome outcome = workplace.check(program);
    INFO(program << outcome.text);
    CHECK(outcome.codes == std::set<std::string>{code});
    const bool about_data = code == "E0504" || code == "E0505";
    CHECK(outcome.exit_code ==
          (info.severity != Severity::Error ? kExitOk : (about_data ? kExitUsage : kExitErrors)));
  }
}

TEST_CASE("the right example of a page checks without a remark", "[audit]") {
  const Workplace workplace;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    const std::string code = code_of(info);
    const std::string program = example(read_text(page_of(code)), "right");
    INFO(code);
    REQUIRE_FALSE(program.empty());
    const Workplace::Outcome outcome = workplace.check(program);
    INFO(program << outcome.text);
    CHECK(outcome.codes.empty());
    CHECK(outcome.exit_code == kExitOk);
  }
}

}  // namespace nnc
