#include "agent/config/config_file.hpp"

#include <yaml-cpp/yaml.h>

#include <set>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

namespace {

YAML::Node parse(const std::string& path) {
  try {
    return YAML::Load(read_secret_file(path, "--config").reveal());
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::config,
                "cannot read '" + path + "' (--config): line " + std::to_string(error.mark.line + 1) + " is not YAML");
  }
}

void check_key(const Schema& schema, const std::string& path, const std::string& key) {
  for (const auto known : schema.file_keys)
    if (known == key) return;
  auto hint = nearest_hint(key, "", schema.file_keys);
  if (hint.empty()) {
    hint = "valid keys are";
    for (const auto known : schema.file_keys) hint.append(" ").append(known);
  }
  throw Error(ErrorKind::config, "unknown key '" + redact_url(key) + "' in '" + path + "'", std::move(hint));
}

}  // namespace

std::map<std::string, std::string> read_config_file(const Schema& schema, const std::string& path) {
  const auto root = parse(path);
  std::map<std::string, std::string> out;
  std::set<std::string> seen;
  if (root.IsNull()) return out;
  if (!root.IsMap()) throw Error(ErrorKind::config, "'" + path + "' does not consist of 'key: value' lines");
  for (const auto& entry : root) {
    const auto subject = "key '" + entry.first.Scalar() + "' in '" + path + "'";
    check_key(schema, path, entry.first.Scalar());
    if (entry.second.IsSequence() || entry.second.IsMap())
      throw Error(ErrorKind::config, subject + ": its value is not a string");
    const bool is_empty = !entry.second.IsScalar() || entry.second.Scalar().empty();
    if (!seen.insert(entry.first.Scalar()).second) throw Error(ErrorKind::config, subject + ": is given twice");
    if (!is_empty) out.emplace(entry.first.Scalar(), entry.second.Scalar());
  }
  return out;
}

}  // namespace sidekick::config
