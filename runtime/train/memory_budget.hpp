// How much memory the trials of a run may have at once. Each alone may fit the machine and two of them not:
// then one waits, instead of the operating system ending the run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace nnc::rt {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes) : bytes_(bytes) {}

  // Given back when it goes away; must not outlive the budget.
  class Share {
   public:
    Share() = default;
    Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->give_back(bytes_);
    }

   private:
    MemoryBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  // Empty if so much is not free. Who asks for more than there is gets it while nobody has any.
  std::optional<Share> try_take(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (!fits_now(bytes)) return std::nullopt;
    taken_ += bytes;
    peak_ = std::max(peak_, taken_);
    return Share(*this, bytes);
  }
  // Whether try_take would succeed at this moment.
  bool fits(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    return fits_now(bytes);
  }
  // The most that was taken at once.
  std::uint64_t peak() {
    const std::lock_guard lock(mutex_);
    return peak_;
  }

 private:
  [[nodiscard]] bool fits_now(std::uint64_t bytes) const {
    return taken_ == 0 || (bytes <= bytes_ && taken_ <= bytes_ - bytes);
  }
  void give_back(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
  }

  std::uint64_t bytes_;
  std::uint64_t taken_ = 0;
  std::uint64_t peak_ = 0;
  std::mutex mutex_;
};

}  // namespace nnc::rt
