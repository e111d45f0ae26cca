/// Real MongoDB servers on loopback.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mongo_client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

struct MongodSettings {
  std::string version = "6.0.5";
  std::vector<std::string> flags{};     ///< beside those that every server of the tests gets
  std::string uri_options{};            ///< what a client must say too: "&tls=true&…"
  std::filesystem::path data_folder{};  ///< empty: one of its own
  std::string cache_gb = "0.25";
  std::uint16_t port = 0;  ///< 0: a free one
};

/// The words that start a mongod of this version, which tests/servers/mongod fetches where it is not there yet. Where
/// it cannot be had the test is skipped, or fails when CI=true.
std::vector<std::string> mongod_command(const std::string& version);

/// A server that answers. Started by the constructor, killed and its data removed by the destructor. Throws
/// std::runtime_error with the end of its log where it does not start within 60 s.
class Mongod final {
 public:
  explicit Mongod(MongodSettings settings = {});

  std::uint16_t port() const { return settings_.port; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
  /// Without user and password.
  std::string uri() const;
  MongoClient client() const { return MongoClient(uri()); }
  /// A client that may run commands as a user of admin.
  MongoClient client(const std::string& user, const std::string& password) const;
  std::string log() const { return child_->out(); }

  void signal(int number) { child_->signal(number); }
  /// Kills it as a power cut would; its data stays.
  void kill();
  /// Starts it again on the same port with the same data.
  void start();

 private:
  void wait_until_ready();

  MongodSettings settings_;
  std::unique_ptr<TempDir> own_folder_;
  std::unique_ptr<Child> child_;
};

}  // namespace sidekick::test
