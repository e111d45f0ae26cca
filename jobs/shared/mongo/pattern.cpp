#include "mongo/pattern.hpp"

#include <algorithm>
#include <ranges>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

using Parts = std::vector<std::string_view>;

// Each asterisk matches as little as possible. The earliest position of a literal leaves the most to those after it, so
// that there is no backtracking: many asterisks cost no more than one.
std::optional<Parts> match(std::string_view text, const std::vector<std::string>& literals) {
  Parts parts;
  if (!text.starts_with(literals.front())) return std::nullopt;
  text.remove_prefix(literals.front().size());
  if (literals.size() == 1) return text.empty() ? std::optional(parts) : std::nullopt;
  for (std::size_t i = 1; i + 1 < literals.size(); i++) {
    const auto at = text.find(literals[i]);
    if (at == std::string_view::npos) return std::nullopt;
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + literals[i].size());
  }
  if (!text.ends_with(literals.back())) return std::nullopt;
  parts.push_back(text.substr(0, text.size() - literals.back().size()));
  return parts;
}

bool consistent(const std::vector<std::string>& variables, const Parts& parts) {
  for (std::size_t i = 0; i < variables.size(); i++)
    for (std::size_t j = 0; j < i; j++)
      if (!variables[i].empty() && variables[i] == variables[j] && parts[i] != parts[j]) return false;
  return true;
}

}  // namespace

Pattern::Pattern(std::string_view text) : literals_(1) {
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text[i] == '*')
      literals_.emplace_back();
    else
      literals_.back() += text[i] == '\\' && i + 1 < text.size() ? text[++i] : text[i];
  }
}

bool Pattern::matches(std::string_view ns) const {
  return match(ns, literals_).has_value();
}

Renamer::Template Renamer::parse(std::string_view text) {
  Template out{{""}, {}};
  const auto wildcard = [&](std::string name) {
    out.literals.emplace_back();
    out.variables.push_back(std::move(name));
  };
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out.literals.back() += text[++i];
    } else if (text[i] == '*') {
      wildcard("");
    } else if (text[i] == '$') {
      const auto end = text.find('$', i + 1);
      if (end == std::string_view::npos || end == i + 1)
        throw Error(ErrorKind::config, "cannot rename by '" + std::string(text) + "': write a variable as $name$");
      wildcard(std::string(text.substr(i + 1, end - i - 1)));
      i = end;
    } else {
      out.literals.back() += text[i];
    }
  }
  return out;
}

Renamer::Renamer(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  if (from.size() != to.size())
    throw Error(ErrorKind::config, "--nsFrom is given " + std::to_string(from.size()) + " times and --nsTo " +
                                       std::to_string(to.size()) + " times: give them in pairs");
  for (std::size_t i = 0; i < from.size(); i++) {
    auto source = parse(from[i]);
    auto target = parse(to[i]);
    const auto asterisks = [](const Template& t) { return std::ranges::count(t.variables, ""); };
    if (asterisks(source) != asterisks(target))
      throw Error(ErrorKind::config,
                  "cannot rename '" + from[i] + "' to '" + to[i] + "': they have different numbers of asterisks");
    for (const auto& variable : target.variables)
      if (!variable.empty() && std::ranges::find(source.variables, variable) == source.variables.end())
        throw Error(ErrorKind::config, "cannot rename '" + from[i] + "' to '" + to[i] + "': $" + variable +
                                           "$ is only valid on the right side");
    pairs_.emplace_back(std::move(source), std::move(target));
  }
}

bool Renamer::fits(std::size_t pair, std::string_view ns) const {
  const auto& from = pairs_[pair].first;
  const auto parts = match(ns, from.literals);
  return parts && consistent(from.variables, *parts);
}

std::string Renamer::rename(std::string_view ns) const {
  for (const auto& [from, to] : std::views::reverse(pairs_)) {
    const auto parts = match(ns, from.literals);
    if (!parts || !consistent(from.variables, *parts)) continue;
    std::string out = to.literals[0];
    std::size_t asterisk = 0;
    for (std::size_t i = 0; i < to.variables.size(); i++) {
      std::size_t source = 0;
      if (to.variables[i].empty()) {
        std::size_t seen = 0;
        while (!from.variables[source].empty() || seen++ != asterisk) source++;
        asterisk++;
      } else {
        source = static_cast<std::size_t>(std::ranges::find(from.variables, to.variables[i]) - from.variables.begin());
      }
      out.append((*parts)[source]).append(to.literals[i + 1]);
    }
    return out;
  }
  return std::string(ns);
}

}  // namespace sidekick::mongo
