// docs/reference.md is what the tables and docstrings give. NNC_BLESS=1 writes it anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "compiler/base/text_diff.hpp"
#include "compiler/sema/builtins.hpp"
#include "tests/audit/reference_page.hpp"

using namespace nnc;

TEST_CASE("docs/reference.md says what the tables say", "[audit]") {
  const std::string path = NNC_SOURCE_DIR "/docs/reference.md";
  const std::string page = test::reference_page();
  if (std::getenv("NNC_BLESS") != nullptr) std::ofstream(path, std::ios::binary) << page;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream committed;
  committed << file.rdbuf();
  INFO("to write it anew: NNC_BLESS=1 build/dev/tests/audit/reference_audit\n"
       << unified_diff(committed.str(), page));
  CHECK(committed.str() == page);
}

TEST_CASE("the reference has docstrings, parameters and tables", "[audit]") {
  const std::string page = test::reference_page();
  CHECK_THAT(page,
             Catch::Contains("**`dropout(rate: float = 0.5)`**") && Catch::Contains("inverted dropout"));
  CHECK_THAT(page, Catch::Contains("**`f1(average: micro | macro = micro)`**"));
  CHECK_THAT(page, Catch::Contains("[E0404](diagnostics/E0404.md)"));
  for (const BuiltinInfo& info : all_builtins())
    CHECK_THAT(page, Catch::Contains("| `" + std::string(info.name) + "` |"));
}
