// How long experiments take, as another process finds out: here one that says what the test wants.
#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

namespace {

// What the processes of a test are doing.
struct Processes {
  std::vector<std::string> begun;  // files
  int ended = 0;                   // done or killed
  std::optional<ExperimentSeconds> answer;
};

class FakeProcess : public TimeEstimate {
 public:
  explicit FakeProcess(Processes& all) : all_(all) {}
  ~FakeProcess() override { ++all_.ended; }
  std::optional<ExperimentSeconds> poll() override { return all_.answer; }

 private:
  Processes& all_;
};

const std::string kPath = "/programs/main.nn";

// An editor that shows lenses of files that lie on the disk.
struct LensEditor {
  Processes processes;
  Editor editor;

  explicit LensEditor(Json options = nullptr) : editor(Editor::everything(), false) {
    editor.server().session().world.estimate_times = [this](const std::string& path) {
      processes.begun.push_back(path);
      return std::make_unique<FakeProcess>(processes);
    };
    editor.request("initialize",
                   {{"capabilities", Editor::everything()}, {"initializationOptions", std::move(options)}});
  }

  void open(const std::string& text = kStudy) {
    editor.files[kPath] = text;
    editor.open(text);
    titles();
    pass();
  }
  void type(const std::string& text) {
    editor.replace(text);
    pass();
  }
  void save(const std::string& text) {
    editor.replace(text);
    editor.files[kPath] = text;
    editor.notify("textDocument/didSave", Editor::document());
    pass();
  }
  void answer(ExperimentSeconds seconds) {
    processes.answer = std::move(seconds);
    pass();
    processes.answer = std::nullopt;
  }
  // A second without messages.
  void pass(double seconds = 1) {
    editor.now += seconds;
    editor.server().work();
  }
  std::vector<std::string> titles() {
    std::vector<std::string> all;
    for (const Json& lens : editor.request("textDocument/codeLens", Editor::document()))
      all.push_back(lens["command"]["title"]);
    return all;
  }
  int refreshes() {
    return static_cast<int>(std::count_if(editor.sent.begin(), editor.sent.end(), [](const Json& message) {
      return message.value("method", "") == "workspace/codeLens/refresh";
    }));
  }
};

std::string with(std::string text, const std::string& old, const std::string& fresh) {
  return text.replace(text.find(old), old.size(), fresh);
}

using Titles = std::vector<std::string>;
const Titles kTimed = {"run: 2 trials, 10 epochs declared, about 3 min 20 s"};
const Titles kUntimed = {"run: 2 trials, 10 epochs declared"};

}  // namespace

TEST_CASE("a lens says how long its experiment takes once that is known", "[lsp]") {
  LensEditor lens;
  lens.open();
  CHECK(lens.processes.begun == std::vector<std::string>{kPath});
  CHECK(lens.titles() == kUntimed);
  CHECK(*lens.editor.server().next_work() < 0.2);
  const int before = lens.refreshes();
  lens.answer({{"depth", 200}, {"another", 5}});
  CHECK(lens.refreshes() == before + 1);
  CHECK(lens.titles() == kTimed);
  CHECK(lens.processes.ended == 1);
  CHECK_FALSE(lens.editor.server().next_work());
}

TEST_CASE("a time stays while its experiment is the same, and goes when it is another", "[lsp]") {
  LensEditor lens;
  lens.open();
  lens.answer({{"depth", 200}});
  lens.type("# a comment\n" + with(kStudy, "0.0", "0.5"));
  CHECK(lens.titles() == kTimed);
  for (const auto& [old, fresh] : std::vector<std::pair<std::string, std::string>>{
           {"128", "64"}, {"batch: 32", "batch: 16"}, {"adam", "sgd"}, {", f1(micro)", ""}}) {
    INFO(fresh);
    lens.type(with(kStudy, old, fresh));
    CHECK(lens.titles() == kUntimed);
  }
  lens.type(with(kStudy, "epochs: 5", "epochs: 6"));
  CHECK(lens.titles() == Titles{"run: 2 trials, 12 epochs declared"});
  lens.type(kStudy);
  CHECK(lens.titles() == kTimed);
  CHECK(lens.processes.begun.size() == 1);
}

TEST_CASE("what is saved is estimated again if an experiment is another", "[lsp]") {
  LensEditor lens;
  lens.open();
  lens.answer({{"depth", 200}});
  lens.save(kStudy + "# a comment\n");
  CHECK(lens.processes.begun.size() == 1);
  lens.save(with(kStudy, "batch: 32", "batch: 16"));
  CHECK(lens.processes.begun.size() == 2);
  lens.answer({{"depth", 400}});
  CHECK(lens.titles() == Titles{"run: 2 trials, 10 epochs declared, about 6 min 40 s"});
}

TEST_CASE("a text that is saved while its time is found out begins anew", "[lsp]") {
  LensEditor lens;
  lens.open();
  lens.save(with(kStudy, "batch: 32", "batch: 16"));
  CHECK(lens.processes.begun.size() == 2);
  CHECK(lens.processes.ended == 1);
}

TEST_CASE("what is found out counts for the text that it was begun with", "[lsp]") {
  LensEditor lens;
  lens.open();
  lens.type(with(kStudy, "batch: 32", "batch: 16"));
  CHECK(lens.processes.ended == 0);
  lens.answer({{"depth", 200}});
  CHECK(lens.titles() == kUntimed);
  lens.type(kStudy);
  CHECK(lens.titles() == kTimed);
}

TEST_CASE("a program is estimated again when what it imports was saved", "[lsp]") {
  const std::string uri = "file:///programs/parts.nn";
  const std::string parts = "let width = 8\n";
  LensEditor lens;
  lens.editor.files["/programs/parts.nn"] = parts;
  lens.editor.open(parts, uri);
  lens.open("import \"parts.nn\"\n" + with(kStudy, "[256, 128]", "[width, 128]"));
  if (lens.processes.begun.empty()) FAIL(lens.editor.diagnostics().dump());
  lens.answer({{"depth", 200}});
  CHECK(lens.titles() == kTimed);
  lens.editor.replace("let width = 9\n", uri);
  lens.pass();
  CHECK(lens.titles() == kUntimed);
  // The disk does not have it yet.
  lens.editor.notify("textDocument/didSave", Editor::document());
  lens.pass();
  CHECK(lens.processes.begun.size() == 1);
  lens.editor.files["/programs/parts.nn"] = "let width = 9\n";
  lens.editor.notify("textDocument/didSave", Editor::document(uri));
  lens.pass();
  CHECK(lens.processes.begun == std::vector<std::string>{kPath, kPath});
}

TEST_CASE("one that fails or takes too long gives no time, silently", "[lsp]") {
  LensEditor lens;
  lens.open();
  const std::size_t before = lens.editor.sent.size();
  SECTION("it fails") { lens.answer({}); }
  SECTION("it takes too long") {
    lens.pass(58);
    CHECK(lens.processes.ended == 0);
    lens.pass(2);
  }
  CHECK(lens.processes.ended == 1);
  CHECK(lens.editor.sent.size() == before);
  CHECK(lens.titles() == kUntimed);
  CHECK_FALSE(lens.editor.server().next_work());
}

TEST_CASE("times of experiments that stay as they were outlast an estimate that fails", "[lsp]") {
  const std::string more =
      kStudy + "experiment width { sweep units in [8, 16]; train ann([units]) on fashion with standard }\n";
  LensEditor lens;
  lens.open(more);
  lens.answer({{"depth", 200}, {"width", 100}});
  lens.save(with(more, "[8, 16]", "[8, 16, 32]"));
  REQUIRE(lens.processes.begun.size() == 2);
  SECTION("it fails") { lens.answer({}); }
  SECTION("it takes too long") { lens.pass(61); }
  CHECK(lens.titles() == Titles{kTimed[0], "run: 3 trials, 15 epochs declared"});
}

TEST_CASE("an estimate that throws costs itself and nothing else", "[lsp]") {
  LensEditor lens;
  lens.open();
  lens.answer({{"depth", 200}});
  lens.editor.server().session().world.estimate_times =
      [](const std::string&) -> std::unique_ptr<TimeEstimate> { throw std::bad_alloc(); };
  lens.save(with(kStudy, "batch: 32", "batch: 16"));
  CHECK(std::any_of(lens.editor.sent.begin(), lens.editor.sent.end(),
                    [](const Json& message) { return message.value("method", "") == "window/logMessage"; }));
  CHECK_FALSE(lens.editor.server().next_work());
  CHECK(lens.titles() == kUntimed);
}

TEST_CASE("nothing is begun where a process cannot tell or nobody looks", "[lsp]") {
  SECTION("the client does not want it") {
    LensEditor lens(Json({{"estimateTime", false}}));
    lens.open();
    CHECK(lens.processes.begun.empty());
    CHECK(lens.titles() == kUntimed);
  }
  SECTION("the client shows no lenses") {
    LensEditor lens;
    lens.editor.files[kPath] = kStudy;
    lens.editor.open(kStudy);
    lens.pass();
    CHECK(lens.processes.begun.empty());
    CHECK_FALSE(lens.editor.server().next_work());
  }
  SECTION("the disk has another text") {
    LensEditor lens;
    lens.editor.files[kPath] = kStudy + "# not saved\n";
    lens.editor.open(kStudy);
    lens.titles();
    lens.pass();
    CHECK(lens.processes.begun.empty());
    CHECK_FALSE(lens.editor.server().next_work());
  }
  SECTION("it is no file") {
    LensEditor lens;
    lens.editor.files["untitled:1"] = kStudy;
    lens.editor.open(kStudy, "untitled:1");
    lens.editor.request("textDocument/codeLens", Editor::document("untitled:1"));
    lens.pass();
    CHECK(lens.processes.begun.empty());
  }
  SECTION("the program has a mistake") {
    LensEditor lens;
    lens.open(with(kStudy, "dense(10", "dense(\"10\""));
    CHECK(lens.processes.begun.empty());
  }
  SECTION("there are no experiments") {
    LensEditor lens;
    lens.open("model m {\n  input 8\n  dense(3)\n}\n");
    CHECK(lens.processes.begun.empty());
  }
  SECTION("none can be started") {
    LensEditor lens;
    lens.editor.server().session().world.estimate_times = [](const std::string&) { return nullptr; };
    lens.open();
    CHECK_FALSE(lens.editor.server().next_work());
    CHECK(lens.titles() == kUntimed);
  }
}

TEST_CASE("what nobody waits for any longer is ended", "[lsp]") {
  LensEditor lens;
  lens.open();
  SECTION("the document is closed") { lens.editor.notify("textDocument/didClose", Editor::document()); }
  SECTION("the server is shut down") { lens.editor.request("shutdown", nullptr); }
  CHECK(lens.processes.begun.size() == 1);
  CHECK(lens.processes.ended == 1);
}

TEST_CASE("one document after the other is estimated", "[lsp]") {
  const std::string uri = "file:///programs/other.nn";
  LensEditor lens;
  lens.open();
  lens.editor.files["/programs/other.nn"] = kStudy;
  lens.editor.open(kStudy, uri);
  lens.editor.request("textDocument/codeLens", Editor::document(uri));
  lens.pass();
  CHECK(lens.processes.begun.size() == 1);
  lens.answer({{"depth", 200}});
  lens.pass();
  CHECK(lens.processes.begun == std::vector<std::string>{kPath, "/programs/other.nn"});
}
