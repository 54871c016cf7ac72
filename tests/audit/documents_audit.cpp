// The programs in the documents are programs: the ```nn examples of a page, one after another, check.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "compiler/driver/driver.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = NNC_SOURCE_DIR;

// Pages whose examples are one program.
const char* const kPages[] = {"docs/language.md", "docs/tour.md"};

// The page with empty lines for all that is no example, so that a mistake is reported at its line of the
// page.
std::string program_of(const fs::path& page) {
  std::ifstream file(page, std::ios::binary);
  std::string program;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = !inside && line == "```nn";
      line.clear();
    }
    program += (inside ? line : "") + "\n";
  }
  return program;
}

}  // namespace

TEST_CASE("the examples of a page are a program without errors", "[audit]") {
  for (const char* page : kPages) {
    const std::string program = program_of(kRoot / page);
    INFO(page);
    REQUIRE(program.find_first_not_of('\n') != std::string::npos);
    std::ostringstream out;
    std::ostringstream err;
    nnc::Env env = nnc::real_env(nullptr);
    env.out = &out;
    env.err = &err;
    env.read_file = [&](const std::string&) { return program; };
    const int exit_code = nnc::run_command_line(env, {"check", "--message-format", "short", page});
    INFO(err.str());
    CHECK(exit_code == nnc::kExitOk);
    CHECK(err.str().find(": error ") == std::string::npos);
  }
}

TEST_CASE("a page with a mistake in an example is found out, at its line", "[audit]") {
  const fs::path page = fs::temp_directory_path() / "nnc_documents_audit.md";
  std::ofstream(page) << "# A page\n\n```nn\nmodel net { dence(3) }\n```\n\n```sh\nnnc check\n```\n";
  const std::string program = program_of(page);
  fs::remove(page);
  CHECK(program == "\n\n\nmodel net { dence(3) }\n\n\n\n\n\n");
}
