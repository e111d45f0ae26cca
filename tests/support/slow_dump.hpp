/// A server whose dumps take as long as a test wants, and the dump that is under way.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mongod.hpp"
#include "tests/support/process.hpp"

namespace sidekick::test {

/// What a server must be started with, so that slow_down() works.
inline const std::vector<std::string> test_commands{"--setParameter", "enableTestCommands=1"};

/// Makes each further batch of a cursor wait for so long, for clients from outside. Needs test_commands.
void slow_down(const MongoClient& client, std::chrono::milliseconds each_batch);
void let_run(const MongoClient& client);

/// Lets the next batch of a cursor fail with that error code, once.
void fail_next_batch(const MongoClient& client, int code);

/// A server that is a replica set of one, with test_commands and `more_flags`.
class SingleSet final {
 public:
  explicit SingleSet(const std::string& version = "6.0.5", const std::vector<std::string>& more_flags = {});
  std::string uri() const { return server_.uri(); }
  MongoClient client() const { return server_.client(); }

 private:
  Mongod server_;
};

/// Starts `sidekick dump` into the archive `path` and returns once it has begun to write beside it. Throws
/// std::runtime_error where it ends before, or not within 30 s.
std::unique_ptr<Child> begin_dump(const std::filesystem::path& path, std::vector<std::string> flags);

/// The names of all files in a folder, those with a leading dot too.
std::vector<std::string> files_in(const std::filesystem::path& folder);

}  // namespace sidekick::test
