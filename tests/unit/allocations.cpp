// operator new that counts. All plain forms are replaced together, so that new and delete stay pairs.
#include "tests/unit/allocations.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace nnc::test {
namespace {

std::atomic<std::size_t> count = 0;
std::atomic<std::size_t> largest = 0;

}  // namespace

Allocations allocations() { return {count, largest}; }

void reset_allocations() {
  count = 0;
  largest = 0;
}

static void* counted(std::size_t size) noexcept {
  ++count;
  largest = std::max(largest.load(), size);
  return std::malloc(size == 0 ? 1 : size);
}

static void* counted_or_throw(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace nnc::test

void* operator new(std::size_t size) { return nnc::test::counted_or_throw(size); }
void* operator new[](std::size_t size) { return nnc::test::counted_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return nnc::test::counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return nnc::test::counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
