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
  CHECK(declared.size() >= 40);
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

// What the cases that prove the declaration find first, or "".
static std::string first_finding(const std::vector<StdlibCase>& cases, const Breakage& breakage) {
  const Library broken =
      Library::standard().with_change(breakage.declaration, breakage.before, breakage.after);
  for (const StdlibCase& some : cases) {
    if (!proves(some, breakage.declaration)) continue;
    const std::vector<std::string> findings = findings_of(some, broken, rt::KernelSet::Fast);
    if (!findings.empty()) return some.name + ": " + findings.front();
  }
  return "";
}

TEST_CASE("a deliberate breakage of the standard library is noticed", "[stdlib]") {
  const std::vector<StdlibCase> cases = all_cases();
  for (const Breakage& breakage : breakages()) {
    INFO(breakage.declaration << ": `" << breakage.before << "` becomes `" << breakage.after << "`");
    try {
      const std::string noticed = first_finding(cases, breakage);
      if (noticed.empty())
        FAIL_CHECK("nothing is noticed");
      else
        SUCCEED(noticed);
    } catch (const std::exception& error) {
      FAIL_CHECK("a breakage must be a program that checks: " << error.what());
    }
  }
}
