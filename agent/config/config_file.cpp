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

std::string place_of(const std::string& path, const YAML::Node& node) {
  return "'" + path + "', line " + std::to_string(node.Mark().line + 1);
}

void check_key(const Schema& schema, const std::string& path, const YAML::Node& node) {
  const auto& key = node.Scalar();
  for (const auto known : schema.file_keys)
    if (known == key) return;
  auto hint = nearest_hint(key, "", schema.file_keys);
  if (hint.empty()) {
    hint = "valid keys are";
    for (const auto known : schema.file_keys) hint.append(" ").append(known);
  }
  throw Error(ErrorKind::config, "unknown key '" + redact_url(key) + "' in " + place_of(path, node), std::move(hint));
}

class FileReader {
 public:
  FileReader(const Schema& schema, const std::string& path) : schema_(schema), path_(path) {}

  void read(const YAML::Node& key, const YAML::Node& value) {
    check_key(schema_, path_, key);
    FileEntry entry{{}, "key '" + key.Scalar() + "' in " + place_of(path_, key)};
    if (!seen_.insert(key.Scalar()).second) throw Error(ErrorKind::config, entry.origin + ": is given twice");
    if (value.IsSequence() || value.IsMap())
      throw Error(ErrorKind::config, entry.origin + ": its value is not a string");
    if (!value.IsScalar() || value.Scalar().empty()) return;
    entry.text = value.Scalar();
    out_.emplace(key.Scalar(), std::move(entry));
  }

  std::map<std::string, FileEntry> entries() && { return std::move(out_); }

 private:
  const Schema& schema_;
  const std::string& path_;
  std::set<std::string> seen_;
  std::map<std::string, FileEntry> out_;
};

}  // namespace

std::map<std::string, FileEntry> read_config_file(const Schema& schema, const std::string& path, Review& review) {
  FileReader reader(schema, path);
  review.collect([&] {
    const auto root = parse(path);
    if (root.IsNull()) return;
    if (!root.IsMap()) throw Error(ErrorKind::config, "'" + path + "' does not consist of 'key: value' lines");
    for (const auto& entry : root) review.collect([&] { reader.read(entry.first, entry.second); });
  });
  return std::move(reader).entries();
}

}  // namespace sidekick::config
