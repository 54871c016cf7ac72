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

// What is in a store, or was removed from it, for people.
std::string sizes_text(const rt::StoreSizes& sizes);

// What the store has to say about damage, on err.
void tell_notices(Env& env, rt::Store& store);

}  // namespace nnc
