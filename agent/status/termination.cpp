#include "agent/status/termination.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "sidekick/fd.hpp"

namespace sidekick::status {

void write_termination_message(const std::string& path, std::string_view text) noexcept {
  constexpr std::size_t max_bytes = 4096;
  if (text.size() > max_bytes) {
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
    text = text.substr(0, end);
  }
  const Fd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY));
  if (!file) return;
  while (!text.empty()) {
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sidekick::status
