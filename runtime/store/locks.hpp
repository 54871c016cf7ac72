// Byte ranges of one file that programs hold: who writes, who uses the store, who trains what. The locks
// belong to the open file, so that two Store objects of one program exclude each other like two programs, and
// the system frees them however a program ends. Not part of the room's interface.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.hpp"

namespace nnc::rt::store {

class Locks {
 public:
  // Waits while another program has the store for itself. `read_only` makes no file, and without one locks
  // nothing. Who waits, here or to write, gives up a moment after `stop` has become true.
  static Result<std::unique_ptr<Locks>> open(const std::string& path, bool read_only,
                                             const std::atomic<bool>* stop = nullptr);
  ~Locks();
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;

  // The right to write to the database and to open or close it; may be asked for again by who has it. Only
  // under the mutex of the Store.
  class Writing {
   public:
    explicit Writing(Locks* locks) : locks_(locks) {}
    Writing(Writing&& other) noexcept : locks_(other.locks_) { other.locks_ = nullptr; }
    Writing& operator=(Writing&&) = delete;
    ~Writing();

   private:
    Locks* locks_;
  };
  Result<Writing> write();

  // Whether no other program uses the store; then none can until share().
  bool use_alone();
  void share();

  enum class Claimed : std::uint8_t { Yes, Taken, NoLocks };
  Claimed claim(std::int64_t place) const;
  static void give_back(int descriptor, std::int64_t place);
  // Of a hexadecimal id with at least 16 digits.
  static std::int64_t place_of(std::string_view id);

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  Locks(int descriptor, std::string path, const std::atomic<bool>* stop)
      : descriptor_(descriptor), path_(std::move(path)), stop_(stop) {}
  // Waits until it has it; false with errno.
  [[nodiscard]] bool wait_for(int type, std::int64_t place) const;
  [[nodiscard]] Failure failure_to_lock() const;

  int descriptor_;  // -1: nothing to lock
  std::string path_;
  const std::atomic<bool>* stop_;
  int writing_ = 0;  // how often it was asked for
};

}  // namespace nnc::rt::store
