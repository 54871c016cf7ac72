// The store that belongs to a program: where it is, and opening it.
#pragma once

#include <memory>
#include <string>

#include "compiler/driver/commands.hpp"
#include "runtime/store/store.hpp"

namespace nnc {

// What --store says, or the variable NNC_STORE, or `.nnc` beside the program.
std::string store_folder(const Env& env, const Options& options, const std::string& program);

enum class StoreUse : std::uint8_t { Read, Write };
// Null, with the error shown, if it cannot be used.
std::unique_ptr<rt::Store> open_store(Env& env, const Options& options, const std::string& program,
                                      StoreUse use);

// For verbs that ask about what is kept, whatever program it is of. Null, with the error shown, if the file
// of the command line is none or if there is no store: only a run makes one.
std::unique_ptr<rt::Store> open_kept(Env& env, const Options& options, StoreUse use);
// False, with the error shown, if the command line names a file that cannot be read.
bool check_file(Env& env, const Options& options);

// What is in a store, or was removed from it, for people.
std::string sizes_text(const rt::StoreSizes& sizes);

// What the store has to say about damage, on err.
void tell_notices(Env& env, rt::Store& store);

}  // namespace nnc
