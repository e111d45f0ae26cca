#include "storage/object_name.hpp"

#include <algorithm>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view part_prefix = ".part-";
constexpr std::size_t random_digits = 8;
// The affixes of a part must fit into the 255 bytes of a file name.
constexpr std::size_t max_name_bytes = 230;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

bool is_object_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_name_bytes && text.front() != '.' && std::ranges::all_of(text, is_plain);
}

void require_object_name(std::string_view text) {
  if (!is_object_name(text))
    throw Error(ErrorKind::config, "'" + std::string(text) + "' cannot be the name of an object",
                "a name has letters, digits, '.', '-' and '_', and does not begin with a '.'");
}

std::string new_part_name(std::string_view object) {
  return std::string(part_prefix).append(object).append("-").append(random_hex(random_digits));
}

std::optional<std::string> object_of_part(std::string_view file) {
  if (!file.starts_with(part_prefix)) return {};
  file.remove_prefix(part_prefix.size());
  const auto dash = file.rfind('-');
  if (dash == std::string_view::npos || !is_hex(file.substr(dash + 1), random_digits) ||
      !is_object_name(file.substr(0, dash)))
    return {};
  return std::string(file.substr(0, dash));
}

}  // namespace sidekick::storage
