#include "agent/cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::cli {

void write_out(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw error_from_errno("cannot write to standard output", errno).without_retry();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto length = std::max<std::size_t>(bytes, 1);
    if (bytes > 0 && !begins_with_control(text))
      out.append(text.substr(0, length));
    else
      for (const char c : text.substr(0, length)) {
        const auto byte = static_cast<unsigned char>(c);
        out.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
      }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace sidekick::cli
