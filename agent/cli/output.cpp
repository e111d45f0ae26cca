#include "agent/cli/output.hpp"

#include <unistd.h>

#include <cerrno>

#include "sidekick/error.hpp"

namespace sidekick::cli {

void write_out(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw error_from_errno("cannot write to standard output", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sidekick::cli
