#include "dump/names.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "mongo/pattern.hpp"
#include "mongo/staging_name.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::dump {

namespace {

constexpr std::size_t hash_bytes = 30;  // "%24" and the base64url of 20 bytes
constexpr std::array<std::string_view, 7> kept_of_config{"chunks", "collections", "databases", "settings",
                                                         "shards", "tags",        "version"};

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ') {
      out += '+';
    } else if (is_unreserved(c)) {
      out += c;
    } else {
      out += "%" + hex(c, upper_hex_digits);
    }
  }
  return out;
}

std::string base64url_of_sha1(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (unsigned i = 0; i < size; i++) {
    bits = (bits << 8U) | digest[i];
    for (count += 8; count >= 6; count -= 6) out += digits[(bits >> (count - 6)) & 63U];
  }
  if (count > 0) out += digits[(bits << (6 - count)) & 63U];
  return out;
}

}  // namespace

bool is_left_out(std::string_view db) {
  return db == "local" || db.starts_with("__mdb_internal");
}

bool is_left_out(const mongo::Namespace& ns) {
  const std::string_view name = ns.collection;
  if (name.find('$') != std::string_view::npos || mongo::is_staging_name(name)) return true;
  if (ns.db == "admin") return name == "system.keys";
  if (ns.db == "config") return std::ranges::find(kept_of_config, name) == kept_of_config.end();
  return name.starts_with("system.") && name != "system.js";
}

bool is_excluded(const Settings& settings, std::string_view collection) {
  return std::ranges::find(settings.exclude_collections, collection) != settings.exclude_collections.end() ||
         std::ranges::any_of(settings.exclude_collection_prefixes,
                             [&](const std::string& prefix) { return collection.starts_with(prefix); });
}

bool is_selected(const Settings& settings, const mongo::Namespace& ns) {
  const auto name = ns.text();
  const auto takes = [&](const std::string& pattern) { return mongo::Pattern(pattern).matches(name); };
  return (settings.ns_include.empty() || std::ranges::any_of(settings.ns_include, takes)) &&
         std::ranges::none_of(settings.ns_exclude, takes);
}

std::string file_name(std::string_view collection, std::size_t max_bytes) {
  auto out = escaped(collection);
  if (out.size() > max_bytes) out = out.substr(0, max_bytes - hash_bytes) + "%24" + base64url_of_sha1(collection);
  return out;
}

}  // namespace sidekick::dump
