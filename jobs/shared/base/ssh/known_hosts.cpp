#include "base/ssh/known_hosts.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>

#include "sidekick/lower_case.hpp"

namespace sidekick {

namespace {

constexpr std::uint16_t usual_port = 22;

std::string_view take_word(std::string_view& line, std::string_view separators) {
  line.remove_prefix(std::min(line.find_first_not_of(separators), line.size()));
  const auto end = std::min(line.find_first_of(separators), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in_name = 0;
  std::optional<std::size_t> star;
  std::size_t star_took = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_took = in_name;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[in_name])) {
      at++;
      in_name++;
    } else if (star) {
      at = *star + 1;
      in_name = ++star_took;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::string decoded_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return {};
  std::string out(text.size() / 4 * 3, '\0');
  const auto n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                 reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (n < 0) return {};
  out.resize(static_cast<std::size_t>(n) -
             static_cast<std::size_t>(std::ranges::count(text.substr(text.size() - 2), '=')));
  return out;
}

// "|1|salt|hash": the hash is an HMAC of the name, keyed by the salt.
bool matches_hash(std::string_view field, const std::string& name) {
  auto rest = field.substr(3);
  const auto salt = decoded_base64(take_word(rest, "|"));
  const auto hash = decoded_base64(take_word(rest, "|"));
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(name.data());
  if (!HMAC(EVP_sha1(), salt.data(), static_cast<int>(salt.size()), bytes, name.size(), sum.data(), &size))
    return false;
  return !hash.empty() && hash == std::string_view(reinterpret_cast<const char*>(sum.data()), size);
}

bool names(std::string_view field, const std::string& name) {
  if (field.starts_with("|1|")) return matches_hash(field, name);
  bool found = false;
  while (!field.empty()) {
    const auto pattern = lower_case(take_word(field, ","));
    if (pattern.starts_with('!') && matches_pattern(std::string_view(pattern).substr(1), name)) return false;
    found |= !pattern.empty() && matches_pattern(pattern, name);
  }
  return found;
}

}  // namespace

std::vector<KnownKey> known_keys(std::string_view file, const std::string& host, std::uint16_t port) {
  constexpr std::string_view blanks = " \t\r";
  const auto plain = lower_case(host);
  const auto full = port == usual_port ? plain : "[" + plain + "]:" + std::to_string(port);
  std::vector<KnownKey> out;
  while (!file.empty()) {
    auto line = take_word(file, "\n");
    auto hosts = take_word(line, blanks);
    if (hosts.empty() || hosts.starts_with('#')) continue;
    KnownKey key;
    if (hosts.starts_with('@')) {
      if (hosts != "@revoked") continue;
      key.trust = KnownKey::Trust::revoked;
      hosts = take_word(line, blanks);
    }
    if (!names(hosts, full)) {
      if (full == plain || !names(hosts, plain)) continue;
      key.match = KnownKey::Match::without_port;
    }
    key.type = take_word(line, blanks);
    key.key = take_word(line, blanks);
    if (!key.key.empty()) out.push_back(std::move(key));
  }
  return out;
}

HostKeyVerdict judge_host_key(const std::vector<KnownKey>& known, std::string_view type, std::string_view key) {
  auto verdict = HostKeyVerdict::unknown;
  for (const auto& each : known) {
    const bool is_same = each.key == key;
    if (each.trust == KnownKey::Trust::revoked) {
      if (is_same) return HostKeyVerdict::revoked;
      continue;
    }
    if (is_same)
      verdict = HostKeyVerdict::known;
    else if (verdict == HostKeyVerdict::unknown && each.type == type && each.match == KnownKey::Match::exact)
      verdict = HostKeyVerdict::changed;
  }
  return verdict;
}

}  // namespace sidekick
