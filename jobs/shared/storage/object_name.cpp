#include "storage/object_name.hpp"

#include <algorithm>
#include <random>

#include "sidekick/error.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view part_prefix = ".part-";
constexpr std::string_view hex_digits = "0123456789abcdef";
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
  std::string out(part_prefix);
  out.append(object).append("-");
  std::random_device random;
  for (std::size_t i = 0; i < random_digits; i++) out += hex_digits[random() % hex_digits.size()];
  return out;
}

std::optional<std::string> object_of_part(std::string_view file) {
  if (!file.starts_with(part_prefix)) return {};
  file.remove_prefix(part_prefix.size());
  const auto dash = file.rfind('-');
  if (dash == std::string_view::npos || file.size() - dash - 1 != random_digits ||
      file.find_first_not_of(hex_digits, dash + 1) != std::string_view::npos || !is_object_name(file.substr(0, dash)))
    return {};
  return std::string(file.substr(0, dash));
}

}  // namespace sidekick::storage
