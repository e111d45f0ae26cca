#include "tests/support/slow_dump.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> joined_flags(std::vector<std::string> flags, const std::vector<std::string>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

}  // namespace

void slow_down(const MongoClient& client, std::chrono::milliseconds each_batch) {
  client.command("admin", R"({"configureFailPoint":"failCommand","mode":"alwaysOn","data":{"failCommands":["getMore"],)"
                          R"("blockConnection":true,"blockTimeMS":)" +
                              std::to_string(each_batch.count()) + "}}");
}

void let_run(const MongoClient& client) {
  client.command("admin", R"({"configureFailPoint":"failCommand","mode":"off"})");
}

void fail_next_batch(const MongoClient& client, int code) {
  client.command("admin",
                 R"({"configureFailPoint":"failCommand","mode":{"times":1},"data":{"failCommands":["getMore"],)"
                 R"("errorCode":)" +
                     std::to_string(code) + "}}");
}

SingleSet::SingleSet(const std::string& version, const std::vector<std::string>& more_flags)
    : server_(
          {.version = version, .flags = joined_flags(joined_flags({"--replSet", "rs"}, test_commands), more_flags)}) {
  client().command("admin",
                   R"({"replSetInitiate":{"_id":"rs","members":[{"_id":0,"host":")" + server_.address() + R"("}]}})");
  const auto watcher = client();
  if (!eventually(30s, [&] { return watcher.command("admin", R"({"isMaster":1})").at("ismaster").as_bool(); }))
    throw std::runtime_error("the replica set of one has no primary");
}

std::unique_ptr<Child> begin_dump(const fs::path& path, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {sidekick_binary(), "mongodump", "--archive=" + path.string()});
  auto child = std::make_unique<Child>(Command{std::move(flags)});
  const auto part = path.parent_path() / ("." + path.filename().string() + ".part");
  const bool begun = eventually(30s, [&] { return fs::exists(part) || !child->running(); });
  if (!begun || !child->running()) throw std::runtime_error("the dump did not begin: " + child->wait(0s).describe());
  return child;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace sidekick::test
