#include "storage/manifest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

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

std::string text_of(const std::string& value) {
  return json_quoted(value);
}

std::string text_of(std::uint64_t value) {
  return std::to_string(value);
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}

std::string text_of(WallTime value) {
  return json_quoted(utc_text(value));
}

std::string text_of(Proof value) {
  return json_quoted(name_of(value));
}

std::string text_of(const PartCount& value) {
  return "{\"name\": " + json_quoted(value.name) + ", \"count\": " + std::to_string(value.count) + "}";
}

template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string out;
  for (const auto& value : values) out.append(out.empty() ? "[\n    " : ",\n    ").append(text_of(value));
  return out.empty() ? "[]" : out + "\n  ]";
}

// take(JSON, value): false where the type is wrong, or the value is invalid for it.
bool take(const JsonValue& json, std::string& value) {
  const auto* text = json.as<std::string>();
  if (text != nullptr) value = *text;
  return text != nullptr;
}

bool take(const JsonValue& json, std::uint64_t& value) {
  const auto* number = json.as<JsonNumber>();
  if (number == nullptr) return false;
  const char* end = number->text.data() + number->text.size();
  const auto read = std::from_chars(number->text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end;
}

bool take(const JsonValue& json, bool& value) {
  const auto* flag = json.as<bool>();
  if (flag != nullptr) value = *flag;
  return flag != nullptr;
}

template <class T>
bool take_parsed(const JsonValue& json, T& value, std::optional<T> (*parse)(std::string_view) noexcept) {
  const auto* text = json.as<std::string>();
  const auto parsed = text != nullptr ? parse(*text) : std::nullopt;
  if (parsed) value = *parsed;
  return parsed.has_value();
}

bool take(const JsonValue& json, WallTime& value) {
  return take_parsed(json, value, &parse_utc);
}

bool take(const JsonValue& json, Proof& value) {
  return take_parsed(json, value, &parse_proof);
}

bool take(const JsonValue& json, PartCount& value) {
  const auto* name = json.find("name");
  const auto* count = json.find("count");
  return name != nullptr && count != nullptr && take(*name, value.name) && take(*count, value.count);
}

template <class T>
bool take(const JsonValue& json, std::vector<T>& values) {
  const auto* elements = json.as<std::vector<JsonValue>>();
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

void check_version(const JsonValue& json, std::string_view name) {
  std::uint64_t found = 0;
  const auto* field = json.find("version");
  if (field == nullptr || !take(*field, found) || found == 0) throw bad(name, "it is not the manifest of a backup");
  if (found > version)
    throw Error(ErrorKind::data,
                "manifest '" + std::string(name) + "' has version " + std::to_string(found) +
                    ", and this program reads " + std::to_string(version),
                "use a newer sidekick");
}

JsonValue parse(std::string_view text, std::string_view name) {
  try {
    return parse_json(text);
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

std::string to_json(const Manifest& manifest) {
  std::string out = "{\n  \"version\": " + std::to_string(version);
  each_field(manifest, [&out](const char* field, const auto& value, Presence) {
    out.append(",\n  \"").append(field).append("\": ").append(text_of(value));
  });
  return out + "\n}\n";
}

Manifest parse_manifest(std::string_view json, std::string_view name) {
  const auto value = parse(json, name);
  check_version(value, name);
  Manifest out;
  each_field(out, [&](const char* field, auto& into, Presence presence) {
    const auto* found = value.find(field);
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
