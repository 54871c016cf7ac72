// The child process that turns chart specifications into SVG: a JavaScript engine from the system, loaded on
// demand, running the embedded Vega and Vega-Lite. In: JSON on standard input, once the engine is ready. Out:
// JSON on standard output, reasons on standard error. Nothing here is called in the process that trains.
#include <JavaScriptCore/JavaScript.h>
#include <dlfcn.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/report/assets.hpp"
#include "runtime/report/report.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kLargestInput = std::size_t{256} << 20;
constexpr const char* kLibrary = "libjavascriptcoregtk-4.1.so.0";

// For a program that runs once and for less than a second: its optimizing compiler stays off, because it
// takes more time on threads of its own than it saves; the simple one translates only what runs often; and
// garbage is left until there is much.
void tune_engine() {
  setenv("JSC_useDFGJIT", "false", 1);
  setenv("JSC_thresholdForJITAfterWarmUp", "1500", 1);
  setenv("JSC_thresholdForJITSoon", "1500", 1);
  setenv("JSC_smallHeapSize", "134217728", 1);
}

// The part of the engine's C interface that is used, found at run time.
struct Engine {
  decltype(&::JSGlobalContextCreate) context_create = nullptr;
  decltype(&::JSContextGetGlobalObject) global_object = nullptr;
  decltype(&::JSStringCreateWithUTF8CString) string_create = nullptr;
  decltype(&::JSStringRelease) string_release = nullptr;
  decltype(&::JSStringGetMaximumUTF8CStringSize) string_size = nullptr;
  decltype(&::JSStringGetUTF8CString) string_text = nullptr;
  decltype(&::JSEvaluateScript) evaluate = nullptr;
  decltype(&::JSValueMakeString) make_string = nullptr;
  decltype(&::JSValueToStringCopy) to_string = nullptr;
  decltype(&::JSObjectSetProperty) set_property = nullptr;
};

template <class Function>
bool find_symbol(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<Engine> load_engine() {
  tune_engine();
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  Engine engine;
  const bool complete = find_symbol(library, "JSGlobalContextCreate", engine.context_create) &&
                        find_symbol(library, "JSContextGetGlobalObject", engine.global_object) &&
                        find_symbol(library, "JSStringCreateWithUTF8CString", engine.string_create) &&
                        find_symbol(library, "JSStringRelease", engine.string_release) &&
                        find_symbol(library, "JSStringGetMaximumUTF8CStringSize", engine.string_size) &&
                        find_symbol(library, "JSStringGetUTF8CString", engine.string_text) &&
                        find_symbol(library, "JSEvaluateScript", engine.evaluate) &&
                        find_symbol(library, "JSValueMakeString", engine.make_string) &&
                        find_symbol(library, "JSValueToStringCopy", engine.to_string) &&
                        find_symbol(library, "JSObjectSetProperty", engine.set_property);
  if (!complete) return std::nullopt;
  return engine;
}

// One JavaScript world. It is never torn down: the process ends with it.
class Script {
 public:
  explicit Script(const Engine& engine) : engine_(engine), context_(engine.context_create(nullptr)) {}

  void set(const char* name, const std::string& text) {
    JSStringRef key = engine_.string_create(name);
    JSStringRef value = engine_.string_create(text.c_str());
    engine_.set_property(context_, engine_.global_object(context_), key, engine_.make_string(context_, value),
                         kJSPropertyAttributeNone, nullptr);
    engine_.string_release(key);
    engine_.string_release(value);
  }

  // The result as text; empty, with the reason on standard error, if the script threw. Promises that need
  // nothing but other promises have settled when this returns.
  std::optional<std::string> run(std::string_view source) {
    JSStringRef code = engine_.string_create(std::string(source).c_str());
    JSValueRef exception = nullptr;
    JSValueRef value = engine_.evaluate(context_, code, nullptr, nullptr, 1, &exception);
    engine_.string_release(code);
    if (exception != nullptr) {
      std::fprintf(stderr, "%s\n", text_of(exception).c_str());
      return std::nullopt;
    }
    return text_of(value);
  }

 private:
  std::string text_of(JSValueRef value) {
    JSStringRef string = engine_.to_string(context_, value, nullptr);
    if (string == nullptr) return {};
    std::string text(engine_.string_size(string), '\0');
    text.resize(engine_.string_text(string, text.data(), text.size()));
    if (!text.empty()) text.pop_back();  // the terminating zero
    engine_.string_release(string);
    return text;
  }

  const Engine& engine_;
  JSGlobalContextRef context_;
};

std::optional<std::string> read_input() {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 || text.size() + static_cast<std::size_t>(count) > kLargestInput) return std::nullopt;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

bool write_output(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string unpack(std::string_view packed) {
  z_stream stream = {};
  NNC_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int status = Z_OK;
  while (status == Z_OK) {
    char buffer[65536];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, sizeof buffer - stream.avail_out);
  }
  inflateEnd(&stream);
  NNC_CHECK(status == Z_STREAM_END);
  return text;
}

}  // namespace

int render_charts_main() {
  const std::optional<Engine> engine = load_engine();
  if (!engine) {
    std::fprintf(stderr, "%s is not installed\n", kLibrary);
    return 3;
  }
  Script script(*engine);
  const bool ready = script.run(assets::chart_host()) && script.run(unpack(assets::chart_engine()));
  if (!ready || !script.run(assets::chart_render())) return 4;
  const std::optional<std::string> specs = read_input();
  if (!specs) return 2;
  script.set("specs", *specs);
  if (!script.run("draw_all()")) return 4;
  const std::optional<std::string> charts = script.run("JSON.stringify(outcome)");
  if (!charts || !write_output(*charts)) return 4;
  // Without the engine's own destructors and threads: everything is written.
  _exit(0);
}

}  // namespace nnc::rt
