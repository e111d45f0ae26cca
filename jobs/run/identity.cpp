#include "run/identity.hpp"

#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <vector>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::run {

namespace {

/// The fields of a line, separated by colons (passwd(5), group(5)).
using Row = std::vector<std::string>;

Row split(const std::string& text, char separator) {
  Row out;
  std::size_t begin = 0;
  for (auto end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  out.push_back(text.substr(begin));
  return out;
}

std::vector<Row> rows(const std::string& path, std::size_t fields) {
  std::vector<Row> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (auto row = split(line, ':'); row.size() >= fields) out.push_back(std::move(row));
  return out;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  // To the kernel, the highest id means "unchanged".
  if (error != std::errc() || end != text.data() + text.size() || out == std::numeric_limits<unsigned>::max())
    return {};
  return out;
}

const Row* find(const std::vector<Row>& all, std::string_view text) {
  const auto id = number(text);
  for (const auto& row : all)
    if (row[0] == text || (id && number(row[2]) == id)) return &row;
  return nullptr;
}

Error unknown(std::string_view what, std::string_view name, const std::string& file) {
  return {ErrorKind::config, "no " + std::string(what) + " '" + redact_url(name) + "' in '" + file + "'",
          "a numeric id needs no entry there"};
}

gid_t group_of(std::string_view text, const std::vector<Row>& groups, const std::string& file) {
  if (const auto id = number(text)) return *id;
  const auto* row = find(groups, text);
  if (const auto id = row ? number((*row)[2]) : std::nullopt) return *id;
  throw unknown("group", text, file);
}

std::vector<gid_t> groups_with(const std::string& name, const std::vector<Row>& groups) {
  std::vector<gid_t> out;
  for (const auto& row : groups)
    for (const auto& member : split(row[3], ','))
      if (const auto id = number(row[2]); id && member == name) out.push_back(*id);
  return out;
}

}  // namespace

Account find_account(std::string_view text, const std::string& passwd_file, const std::string& group_file) {
  const auto colon = text.find(':');
  const auto user = text.substr(0, colon);
  const auto accounts = rows(passwd_file, 7);
  const auto groups = rows(group_file, 4);
  Account out;
  out.home = "/";
  if (const auto* row = find(accounts, user)) {
    const auto id = number((*row)[2]), group = number((*row)[3]);
    if (!id || !group) throw unknown("user", user, passwd_file);
    out.identity.user = *id;
    out.identity.group = *group;
    out.name = (*row)[0];
    if (!(*row)[5].empty()) out.home = (*row)[5];
  } else if (const auto id = number(user)) {
    out.identity.user = out.identity.group = *id;
  } else {
    throw unknown("user", user, passwd_file);
  }
  if (colon != std::string_view::npos)
    out.identity.group = group_of(text.substr(colon + 1), groups, group_file);
  else if (!out.name.empty())
    out.identity.groups = groups_with(out.name, groups);
  return out;
}

}  // namespace sidekick::run
