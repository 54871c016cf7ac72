// The standard library, declaration by declaration, from .nn text to numbers: every case finds nothing wrong
// with the library, every declaration has a case, and every deliberate breakage of a declaration is found by
// its cases.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "breakages.hpp"
#include "cases.hpp"

using namespace nnc;
using namespace nnc::test;

static bool proves(const StdlibCase& some, std::string_view declaration) {
  return std::find(some.proves.begin(), some.proves.end(), declaration) != some.proves.end();
}

static std::vector<std::string> findings_of(const StdlibCase& some, const Library& library,
                                            rt::KernelSet kernels) {
  Findings findings;
  some.run(library, kernels, findings);
  return findings.all();
}

TEST_CASE("the standard library computes what its documentation says", "[stdlib]") {
  const Library library = Library::standard();
  for (const StdlibCase& some : all_cases()) {
    for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
      INFO(some.name << (kernels == rt::KernelSet::Fast ? "" : " (reference kernels)"));
      CHECK(findings_of(some, library, kernels) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("every declaration of the standard library has a case", "[stdlib]") {
  const std::vector<StdlibCase> cases = all_cases();
  const std::vector<std::string> declared = Library::standard().declared_names();
  CHECK(declared.size() >= 42);
  for (const std::string& name : declared) {
    INFO(name);
    CHECK(
        std::any_of(cases.begin(), cases.end(), [&](const StdlibCase& some) { return proves(some, name); }));
  }
}

TEST_CASE("a case proves only what the standard library declares", "[stdlib]") {
  const std::vector<std::string> declared = Library::standard().declared_names();
  const std::set<std::string> known(declared.begin(), declared.end());
  for (const StdlibCase& some : all_cases()) {
    for (const std::string& name : some.proves) {
      INFO(some.name << ": " << name);
      CHECK(known.contains(name));
    }
  }
}

TEST_CASE("every declaration of the standard library has a deliberate breakage", "[stdlib]") {
  for (const std::string& name : Library::standard().declared_names()) {
    INFO(name);
    CHECK(std::any_of(breakages().begin(), breakages().end(),
                      [&](const Breakage& one) { return one.declaration == name; }));
  }
}

TEST_CASE("a deliberate breakage of the standard library is noticed", "[stdlib]") {
  const Library library = Library::standard();
  const std::vector<StdlibCase> cases = all_cases();
  for (const Breakage& breakage : breakages()) {
    INFO(breakage.declaration << ": `" << breakage.before << "` becomes `" << breakage.after << "`");
    const Library broken = library.with_change(breakage.declaration, breakage.before, breakage.after);
    std::vector<std::string> noticed;
    for (const StdlibCase& some : cases) {
      if (!noticed.empty() || !proves(some, breakage.declaration)) continue;
      for (const std::string& finding : findings_of(some, broken, rt::KernelSet::Fast)) {
        noticed.push_back(some.name + ": " + finding);
      }
    }
    if (noticed.empty())
      FAIL_CHECK("nothing is noticed");
    else
      SUCCEED(noticed.front());
  }
}
