/// The dumps of the official tool and what they ought to bring.
#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// The folder of the fixtures: $SIDEKICK_FIXTURES, else ../shared/fixtures beside the repository; nothing where there
/// is no expected.json in it.
std::optional<std::filesystem::path> fixtures_folder();

/// expected.json, whose form the README beside it explains. Throws where there are no fixtures.
const boost::json::object& expected();

/// A fixture ready for a command line: a .tar is unpacked for as long as this lives.
class Fixture final {
 public:
  explicit Fixture(const std::string& file);

  const std::filesystem::path& path() const { return path_; }

  /// Flags as expected.json has them, with $FILE and $DIR filled in.
  std::vector<std::string> flags(const boost::json::value& flags) const;

 private:
  std::filesystem::path path_;
  std::optional<TempDir> unpacked_;
};

/// A file of tests/data, which a clone alone has.
std::filesystem::path test_data(const std::string& file);

}  // namespace sidekick::test
