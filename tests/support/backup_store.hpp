/// A folder of backups, and the program that fills it.
#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

class BackupStore final {
 public:
  /// "dir:/…".
  std::string url() const { return "dir:" + folder_.path().string(); }
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

  /// `sidekick backup --from … --to (here) FLAGS…`; what may pass is tried once, unless the flags say otherwise.
  Command command(const std::vector<std::string>& sources, const std::vector<std::string>& flags = {}) const;
  Finished take(const std::vector<std::string>& sources, const std::vector<std::string>& flags = {}) const;
  Finished take(const std::string& source, const std::vector<std::string>& flags = {}) const {
    return take(std::vector{source}, flags);
  }

  /// The manifests there are, by name.
  std::vector<boost::json::object> manifests() const;
  /// The newest by name. Throws std::runtime_error where there is none.
  boost::json::object newest() const;
  /// The names of all files but those of leases.
  std::vector<std::string> files() const;

 private:
  TempDir folder_;
};

/// The text of a field.
std::string text_of(const boost::json::object& object, std::string_view field);

}  // namespace sidekick::test
