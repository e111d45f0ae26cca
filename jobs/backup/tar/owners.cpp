#include "backup/tar/owners.hpp"

#include <charconv>
#include <fstream>
#include <string_view>

namespace sidekick::backup::tar {

namespace {

/// Parses "name:password:number:…"; the first name of a number counts.
std::map<std::uint64_t, std::string> read_names(const char* path) {
  std::map<std::uint64_t, std::string> names;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto name_end = line.find(':');
    const auto password_end = name_end == std::string::npos ? name_end : line.find(':', name_end + 1);
    if (password_end == std::string::npos || name_end == 0) continue;
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(line.data() + password_end + 1, line.data() + line.size(), number);
    if (failure == std::errc() && end != line.data() + line.size() && *end == ':')
      names.emplace(number, line.substr(0, name_end));
  }
  return names;
}

std::string find(const std::map<std::uint64_t, std::string>& names, std::uint64_t number) {
  const auto found = names.find(number);
  return found == names.end() ? std::string() : found->second;
}

}  // namespace

Owners::Owners() : users_(read_names("/etc/passwd")), groups_(read_names("/etc/group")) {}

std::string Owners::user(std::uint64_t uid) const {
  return find(users_, uid);
}

std::string Owners::group(std::uint64_t gid) const {
  return find(groups_, gid);
}

}  // namespace sidekick::backup::tar
