#include "agent/cli/output.hpp"

#include <unistd.h>

#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/files.hpp"

namespace sidekick::cli {

void write_out(std::string_view text) {
  if (!write_whole(STDOUT_FILENO, text))
    throw error_from_errno("cannot write to standard output", errno).without_retry();
}

}  // namespace sidekick::cli
