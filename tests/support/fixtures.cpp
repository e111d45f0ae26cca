#include "tests/support/fixtures.hpp"

#include <boost/json/parse.hpp>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;
namespace json = boost::json;

std::optional<fs::path> fixtures_folder() {
  const char* named = std::getenv("SIDEKICK_FIXTURES");
  const fs::path folder = named ? fs::path(named) : fs::path(SIDEKICK_SOURCE_DIR) / "../shared/fixtures";
  std::error_code ignored;
  if (!fs::exists(folder / "expected.json", ignored)) return std::nullopt;
  return fs::canonical(folder);
}

const json::object& expected() {
  static const json::value all = json::parse(read_file(fixtures_folder().value() / "expected.json"));
  return all.as_object();
}

Fixture::Fixture(const std::string& file) : path_(fixtures_folder().value() / file) {
  if (path_.extension() != ".tar") return;
  unpacked_.emplace();
  const Finished tar = run({{"tar", "-xf", path_.string(), "-C", unpacked_->path().string()}}, 60s);
  if (tar.exit_code != 0) throw std::runtime_error("cannot unpack '" + path_.string() + "': " + tar.describe());
}

std::vector<std::string> Fixture::flags(const json::value& flags) const {
  std::vector<std::string> filled;
  for (const auto& flag : flags.as_array()) {
    std::string text(flag.as_string());
    const auto fill = [&text](const std::string& mark, const fs::path& with) {
      if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with.string());
    };
    fill("$FILE", path_);
    if (unpacked_) fill("$DIR", unpacked_->path());
    filled.push_back(text);
  }
  return filled;
}

fs::path test_data(const std::string& file) {
  return fs::path(SIDEKICK_SOURCE_DIR) / "tests/data" / file;
}

}  // namespace sidekick::test
