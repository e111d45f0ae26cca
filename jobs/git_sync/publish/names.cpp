#include "git_sync/publish/names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace sidekick::git_sync {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The zero-width and direction marks that HFS+ drops from a name (Apple's Technical Note 1150).
bool is_ignored_by_hfs(std::uint32_t code_point) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> ranges{
      {{0x200c, 0x200f}, {0x202a, 0x202e}, {0x206a, 0x206f}, {0xfeff, 0xfeff}}};
  return std::ranges::any_of(ranges, [&](auto r) { return code_point >= r.first && code_point <= r.second; });
}

// All of the marks are three bytes long in UTF-8.
std::string without_ignored_marks(std::string_view name) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])); };
  std::string out;
  for (std::size_t i = 0; i < name.size(); i++) {
    if (name.size() - i >= 3 && (byte(i) & 0xf0) == 0xe0) {
      const auto code_point = (byte(i) & 0x0f) << 12 | (byte(i + 1) & 0x3f) << 6 | (byte(i + 2) & 0x3f);
      if (is_ignored_by_hfs(code_point)) {
        i += 2;
        continue;
      }
    }
    out += name[i];
  }
  return out;
}

// NTFS ends a name at a colon (a stream follows) and drops dots and spaces at its end.
std::string_view without_ntfs_tail(std::string_view name) {
  name = name.substr(0, name.find(':'));
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.remove_suffix(1);
  return name;
}

bool is_git_folder(std::string_view name) {
  if (equal_in_any_case(without_ignored_marks(name), ".git")) return true;
  const auto plain = without_ntfs_tail(name);
  return equal_in_any_case(plain, ".git") || equal_in_any_case(plain, "git~1");
}

}  // namespace

bool is_forbidden_name(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) return true;
  for (;;) {
    const auto backslash = name.find('\\');
    if (is_git_folder(name.substr(0, backslash))) return true;
    if (backslash == std::string_view::npos) return false;
    name.remove_prefix(backslash + 1);
  }
}

bool is_git_modules_name(std::string_view name) {
  return equal_in_any_case(without_ignored_marks(name), ".gitmodules") ||
         equal_in_any_case(without_ntfs_tail(name), ".gitmodules");
}

bool is_state_folder_name(std::string_view name) {
  return equal_in_any_case(without_ignored_marks(name), ".sidekick");
}

}  // namespace sidekick::git_sync
