#include "sidekick/hex.hpp"

#include <sys/random.h>

#include <cerrno>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick {

std::string hex(std::span<const std::uint8_t> bytes, std::string_view digits) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const unsigned byte : bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string hex(std::string_view bytes, std::string_view digits) {
  return hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), digits);
}

std::string hex(char byte, std::string_view digits) {
  return hex(std::string_view(&byte, 1), digits);
}

bool is_hex(std::string_view text, std::size_t count) noexcept {
  return text.size() == count && text.find_first_not_of(hex_digits) == std::string_view::npos;
}

std::string random_hex(std::size_t count) {
  std::vector<std::uint8_t> bytes(count / 2);
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw error_from_errno("cannot get random bytes", errno);
  return hex(bytes);
}

}  // namespace sidekick
