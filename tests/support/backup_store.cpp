#include "tests/support/backup_store.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <stdexcept>

#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace json = boost::json;

Command BackupStore::command(const std::vector<std::string>& sources, const std::vector<std::string>& flags) const {
  Command out;
  out.words = {sidekick_binary(), "backup", "--to=" + url(), "--retries=0"};
  for (const auto& source : sources) out.words.push_back("--from=" + source);
  out.words.insert(out.words.end(), flags.begin(), flags.end());
  return out;
}

Finished BackupStore::take(const std::vector<std::string>& sources, const std::vector<std::string>& flags) const {
  return run(command(sources, flags), 60s);
}

std::vector<std::string> BackupStore::files() const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    if (auto name = entry.path().filename().string(); name.find(".lease-") == std::string::npos)
      out.push_back(std::move(name));
  std::ranges::sort(out);
  return out;
}

std::vector<json::object> BackupStore::manifests() const {
  std::vector<json::object> out;
  for (const auto& name : files())
    if (name.ends_with(".json")) out.push_back(json::parse(read_file(folder_ / name)).as_object());
  return out;
}

json::object BackupStore::newest() const {
  const auto all = manifests();
  if (all.empty()) throw std::runtime_error("there is no backup");
  return all.back();
}

std::string text_of(const json::object& object, std::string_view field) {
  return std::string(object.at(field).as_string());
}

}  // namespace sidekick::test
