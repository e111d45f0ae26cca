#include "agent/status/termination.hpp"

#include <fcntl.h>

#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::status {

void write_termination_message(const std::string& path, std::string_view text) noexcept {
  constexpr std::size_t max_bytes = 4096;
  text = beginning(text, max_bytes);
  const Fd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY));
  if (!file) return;
  (void)write_whole(file.get(), text);
}

}  // namespace sidekick::status
