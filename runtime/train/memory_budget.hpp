// How much memory the trials of a run may have at once. Each alone may fit the machine and two of them not:
// then one waits, instead of the operating system ending the run.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
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

  // Waits until so much is free; who asks for more than there is waits until it is alone. A thread must have
  // no other share.
  Share take(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return taken_ == 0 || (bytes <= bytes_ && taken_ <= bytes_ - bytes); });
    taken_ += bytes;
    return {*this, bytes};
  }

 private:
  void give_back(std::uint64_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      taken_ -= bytes;
    }
    freed_.notify_all();
  }

  std::uint64_t bytes_;
  std::uint64_t taken_ = 0;
  std::mutex mutex_;
  std::condition_variable freed_;
};

}  // namespace nnc::rt
