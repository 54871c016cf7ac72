// See store_access.hpp.
#include "compiler/driver/store_access.hpp"

#include <filesystem>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/output.hpp"

namespace nnc {

std::string store_folder(const Env& env, const Options& options, const std::string& program) {
  if (!options.store.empty()) return options.store;
  if (const auto chosen = env.variable("NNC_STORE"); chosen && !chosen->empty()) return *chosen;
  return (std::filesystem::path(program).parent_path() / ".nnc").string();
}

std::unique_ptr<rt::Store> open_store(Env& env, const Options& options, const std::string& program,
                                      StoreUse use) {
  Result<std::unique_ptr<rt::Store>> opened =
      rt::Store::open(store_folder(env, options, program), use == StoreUse::Read, env.stop);
  if (!opened) {
    print_error(env, options, opened.failure());
    return nullptr;
  }
  tell_notices(env, *opened.value());
  return std::move(opened).value();
}

void tell_notices(Env& env, rt::Store& store) {
  for (const std::string& notice : store.take_notices()) *env.err << "warning: " << printable(notice) << "\n";
}

}  // namespace nnc
