// Aligned zeroed memory that refuses impossible sizes instead of waking the kernel's memory killer.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "runtime/exec/executor.hpp"

namespace nnc::rt {

// Large blocks start on a huge page: a trial's memory is walked from end to end at every step, and with small
// pages the table of addresses would miss all the time.
static constexpr std::uint64_t kHugePage = std::uint64_t{1} << 21;
static constexpr std::uint64_t kSmallest = 64;  // a line of the cache

// What a container leaves to its programs, in bytes; the largest number if there is no limit.
static std::uint64_t container_limit() {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const char* const path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t bytes = 0;
    if (file >> bytes && bytes > 0) least = std::min(least, bytes);  // "max" is no number
  }
  return least;
}

static std::uint64_t installed_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return std::uint64_t{1} << 40;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
}

std::uint64_t physical_memory() {
  static const std::uint64_t bytes = std::min(installed_memory(), container_limit());
  return bytes;
}

void Memory::Free::operator()(std::byte* pointer) const { std::free(pointer); }

Result<Memory> Memory::allocate(std::uint64_t bytes) {
  const std::uint64_t megabytes = bytes >> 20;
  const Failure failure{"not enough memory: " + std::to_string(megabytes) + " MB are needed",
                        "a smaller batch or model needs less"};
  if (bytes > physical_memory()) return failure;
  const std::uint64_t alignment = bytes >= kHugePage ? kHugePage : kSmallest;
  const std::uint64_t size = (std::max<std::uint64_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  void* pointer = std::aligned_alloc(alignment, size);
  if (pointer == nullptr) return failure;
  if (alignment == kHugePage) madvise(pointer, size, MADV_HUGEPAGE);  // a wish; without it all still works
  std::memset(pointer, 0, size);
  Memory memory;
  memory.data_.reset(static_cast<std::byte*>(pointer));
  memory.size_ = bytes;
  return memory;
}

}  // namespace nnc::rt
