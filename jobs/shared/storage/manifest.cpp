#include "storage/manifest.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"
#include "sidekick/json.hpp"
#include "sidekick/utc.hpp"

namespace sidekick::storage {

namespace {

constexpr std::uint64_t version = 1;
constexpr std::array<std::string_view, 4> proofs{"streamed", "stored", "read", "restored"};

enum class Presence { required, optional };

// The single list of fields, for reading and writing.
template <class AnyManifest, class Visit>
void each_field(AnyManifest& m, Visit&& visit) {
  using enum Presence;
  visit("name", m.name, required);
  visit("job", m.job, required);
  visit("source", m.source, optional);
  visit("kind", m.kind, required);
  visit("started", m.started, required);
  visit("finished", m.finished, required);
  visit("bytes", m.bytes, required);
  visit("plain_bytes", m.plain_bytes, optional);
  visit("sha256", m.sha256, required);
  visit("plain_sha256", m.plain_sha256, optional);
  visit("compression", m.compression, required);
  visit("encrypted", m.encrypted, required);
  visit("items", m.items, optional);
  visit("unit", m.unit, optional);
  visit("collections", m.collections, optional);
  visit("consistent", m.consistent, required);
  visit("oplog", m.oplog, required);
  visit("server_version", m.server_version, optional);
  visit("tool_version", m.tool_version, optional);
  visit("proof", m.proof, required);
  visit("suspect", m.suspect, required);
  visit("warnings", m.warnings, optional);
}

boost::json::value json_of(const std::string& value) {
  return boost::json::string(value);
}

boost::json::value json_of(std::uint64_t value) {
  return value;
}

boost::json::value json_of(bool value) {
  return value;
}

boost::json::value json_of(WallTime value) {
  return json_of(utc_text(value));
}

boost::json::value json_of(Proof value) {
  return json_of(std::string(name_of(value)));
}

boost::json::value json_of(const PartCount& value) {
  return boost::json::object{{"name", value.name}, {"count", value.count}};
}

template <class T>
boost::json::value json_of(const std::vector<T>& values) {
  boost::json::array out;
  for (const auto& value : values) out.push_back(json_of(value));
  return out;
}

// take(JSON, value): false where the type is wrong, or the value is invalid for it.
bool take(const boost::json::value& json, std::string& value) {
  const auto* text = json.if_string();
  if (text != nullptr) value = *text;
  return text != nullptr;
}

bool take(const boost::json::value& json, std::uint64_t& value) {
  boost::system::error_code error;
  if (!json.is_int64() && !json.is_uint64()) return false;
  value = json.to_number<std::uint64_t>(error);
  return !error;
}

bool take(const boost::json::value& json, bool& value) {
  const auto* flag = json.if_bool();
  if (flag != nullptr) value = *flag;
  return flag != nullptr;
}

template <class T>
bool take_parsed(const boost::json::value& json, T& value, std::optional<T> (*parse)(std::string_view) noexcept) {
  const auto* text = json.if_string();
  const auto parsed = text != nullptr ? parse(*text) : std::nullopt;
  if (parsed) value = *parsed;
  return parsed.has_value();
}

bool take(const boost::json::value& json, WallTime& value) {
  return take_parsed(json, value, &parse_utc);
}

bool take(const boost::json::value& json, Proof& value) {
  return take_parsed(json, value, &parse_proof);
}

bool take(const boost::json::value& json, PartCount& value) {
  const auto* members = json.if_object();
  if (members == nullptr) return false;
  const auto* name = members->if_contains("name");
  const auto* count = members->if_contains("count");
  return name != nullptr && count != nullptr && take(*name, value.name) && take(*count, value.count);
}

template <class T>
bool take(const boost::json::value& json, std::vector<T>& values) {
  const auto* elements = json.if_array();
  if (elements == nullptr) return false;
  values.resize(elements->size());
  for (std::size_t i = 0; i < values.size(); i++)
    if (!take((*elements)[i], values[i])) return false;
  return true;
}

bool is_sha256(std::string_view text) {
  return is_hex(text, 64);
}

Error bad(std::string_view name, const std::string& cause) {
  return {ErrorKind::data, "manifest '" + std::string(name) + "' cannot be read: " + cause};
}

void check_version(const boost::json::object& json, std::string_view name) {
  std::uint64_t found = 0;
  const auto* field = json.if_contains("version");
  if (field == nullptr || !take(*field, found) || found == 0) throw bad(name, "it is not the manifest of a backup");
  if (found > version)
    throw Error(ErrorKind::data,
                "manifest '" + std::string(name) + "' has version " + std::to_string(found) +
                    ", and this program reads " + std::to_string(version),
                "use a newer sidekick");
}

boost::json::object parse(std::string_view text, std::string_view name) {
  try {
    auto json = parse_json(text);
    return json.is_object() ? std::move(json.get_object()) : boost::json::object();
  } catch (const std::invalid_argument& error) {
    throw bad(name, std::string("not JSON, ") + error.what());
  }
}

}  // namespace

std::string_view name_of(Proof proof) noexcept {
  return proofs[static_cast<std::size_t>(proof)];
}

std::optional<Proof> parse_proof(std::string_view text) noexcept {
  const auto found = std::ranges::find(proofs, text);
  if (found == proofs.end()) return std::nullopt;
  return static_cast<Proof>(found - proofs.begin());
}

boost::json::object json_of(const Manifest& manifest) {
  boost::json::object out{{"version", version}};
  each_field(manifest, [&out](const char* field, const auto& value, Presence) { out.emplace(field, json_of(value)); });
  return out;
}

std::string to_json(const Manifest& manifest) {
  return json_text(json_of(manifest), JsonLayout::lines) + "\n";
}

Manifest parse_manifest(std::string_view json, std::string_view name) {
  const auto object = parse(json, name);
  check_version(object, name);
  Manifest out;
  each_field(out, [&](const char* field, auto& into, Presence presence) {
    const auto* found = object.if_contains(field);
    if (found == nullptr && presence == Presence::required) throw bad(name, std::string(field) + " is missing");
    if (found != nullptr && !take(*found, into)) throw bad(name, std::string(field) + " has an invalid value");
  });
  if (!is_sha256(out.sha256) || (!out.plain_sha256.empty() && !is_sha256(out.plain_sha256)))
    throw bad(name, "a SHA-256 is not 64 hexadecimal digits");
  return out;
}

std::string counted(std::uint64_t count, std::string_view plural) {
  if (count == 1 && plural.ends_with('s')) plural.remove_suffix(1);
  return std::to_string(count) + " " + std::string(plural);
}

}  // namespace sidekick::storage
