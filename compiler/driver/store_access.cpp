// See store_access.hpp.
#include "compiler/driver/store_access.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/front_end.hpp"
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

bool check_file(Env& env, const Options& options) {
  if (options.file.empty()) return true;
  const auto program = open_program(env, options);
  if (program) return true;
  Failure failure = program.failure();
  if (rt::Store::is_store(options.file))
    failure.hint = fmt::format("to name the store: --store {}", options.file);
  print_error(env, options, failure);
  return false;
}

std::unique_ptr<rt::Store> open_kept(Env& env, const Options& options, StoreUse use) {
  if (!check_file(env, options)) return nullptr;
  const std::string folder = store_folder(env, options, options.file);
  if (rt::Store::is_store(folder)) return open_store(env, options, options.file, use);
  // What cannot be one has an error of its own.
  if (open_store(env, options, options.file, StoreUse::Read) == nullptr) return nullptr;
  print_error(env, options,
              {fmt::format("there is no store in `{}`", folder),
               "`nnc run` makes one; --store DIR, or a program, says where it is"});
  return nullptr;
}

std::string sizes_text(const rt::StoreSizes& sizes) {
  Table table;
  table.column("");
  table.column("files", Table::Align::Right);
  table.column("bytes", Table::Align::Right);
  const auto row = [&](const char* name, std::int64_t count, std::uint64_t bytes) {
    table.row({name, with_separators(count), bytes_text(bytes)});
  };
  row("records", sizes.trials, sizes.record_bytes);
  row("weights", sizes.weights, sizes.weight_bytes);
  row("predictions", sizes.predictions, sizes.prediction_bytes);
  row("checkpoints", sizes.checkpoints, sizes.checkpoint_bytes);
  if (sizes.leftovers > 0) row("leftovers", sizes.leftovers, sizes.leftover_bytes);
  row("in all", sizes.trials + sizes.weights + sizes.predictions + sizes.checkpoints + sizes.leftovers,
      sizes.record_bytes + sizes.weight_bytes + sizes.prediction_bytes + sizes.checkpoint_bytes +
          sizes.leftover_bytes);
  return table.to_string();
}

void tell_notices(Env& env, rt::Store& store) {
  for (const std::string& notice : store.take_notices()) *env.err << "warning: " << printable(notice) << "\n";
}

}  // namespace nnc
