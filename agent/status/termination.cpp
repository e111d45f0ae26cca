#include "agent/status/termination.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "sidekick/fd.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::status {

void write_termination_message(const std::string& path, std::string_view text) noexcept {
  constexpr std::size_t max_bytes = 4096;
  text = beginning(text, max_bytes);
  const Fd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY));
  if (!file) return;
  while (!text.empty()) {
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sidekick::status
