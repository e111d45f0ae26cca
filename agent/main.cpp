#include <malloc.h>
#include <unistd.h>

#include "agent/cli/dispatch.hpp"
#include "agent/runtime/lifecycle.hpp"

namespace {

/// Returns blocks as large as a large answer of a server to the system when they are freed. By itself the C library
/// begins to keep such blocks once it has seen one freed, and a few answers of 16 MiB would stay in memory beside each
/// other.
void give_back_large_blocks() {
#ifdef __GLIBC__
  constexpr int large_bytes = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, large_bytes);
  // A fixed threshold ends the library's own choice of this one: the heap would shrink and grow with each answer.
  ::mallopt(M_TRIM_THRESHOLD, large_bytes);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  give_back_large_blocks();
  sidekick::runtime::keep_standard_descriptors();
  sidekick::runtime::leave(sidekick::cli::run(argc, argv, environ));
}
