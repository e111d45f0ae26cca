#include "agent/config/setting.hpp"

#include <algorithm>
#include <cctype>

#include "sidekick/edit_distance.hpp"

namespace sidekick::config {

namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// A word begins where a capital follows a small letter, or where the last of several capitals is followed by a small
/// letter.
bool begins_word(std::string_view flag, std::size_t i) {
  if (i == 0 || !is_upper(flag[i])) return false;
  if (flag[i - 1] == '-') return false;
  return !is_upper(flag[i - 1]) || (i + 1 < flag.size() && !is_upper(flag[i + 1]) && flag[i + 1] != '-');
}

}  // namespace

const Setting* Schema::find(std::string_view name) const noexcept {
  for (const auto& setting : settings)
    if (setting.name == name || (!name.empty() && setting.alias == name)) return &setting;
  return nullptr;
}

bool Schema::is_first(const Setting& setting) const noexcept {
  return first.empty() || std::ranges::find(first, setting.name) != first.end();
}

std::vector<PeerVariable> peer_variables(const Setting& setting) {
  std::vector<PeerVariable> out;
  std::string_view left = setting.peer_variables;
  while (!left.empty()) {
    const auto end = std::min(left.find(' '), left.size());
    auto name = left.substr(0, end);
    const bool deprecated = name.starts_with('!');
    if (deprecated) name.remove_prefix(1);
    out.push_back({name, deprecated ? PeerVariable::Standing::deprecated : PeerVariable::Standing::current});
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return out;
}

std::string environment_name(std::string_view flag) {
  std::string out = "SIDEKICK_";
  for (std::size_t i = 0; i < flag.size(); i++) {
    if (begins_word(flag, i)) out += '_';
    out += flag[i] == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(flag[i])));
  }
  return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    const bool begins = word.size() >= 3 && candidate.starts_with(word);
    const auto d = begins ? 1 : edit_distance(word, candidate);
    if (d < best_distance && d < candidate.size()) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string nearest_hint(std::string_view word, std::string_view prefix,
                         const std::vector<std::string_view>& candidates) {
  const auto found = nearest(word, candidates);
  if (found.empty()) return {};
  return "did you mean '" + std::string(prefix) + std::string(found) + "'?";
}

}  // namespace sidekick::config
