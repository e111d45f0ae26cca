/// Servers that are no MongoDB: started on loopback where a test wants them, and waited for by what is tested.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// A place for a server: a folder and a port of its own. Nothing listens until a start() of its heirs, which return at
/// once. Where the tests are run by root, the servers that refuse root run as nobody. The destructor ends the server
/// with its children. Heirs leave the test out where their package is not installed; in CI it fails.
class OtherServer {
 public:
  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:PORT".
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  pid_t pid() const { return child_->pid(); }
  /// What it wrote.
  std::string log() const { return child_ ? child_->out() + child_->err() : ""; }
  /// Ends it; may be started again.
  void end();

  OtherServer(const OtherServer&) = delete;
  OtherServer& operator=(const OtherServer&) = delete;

 protected:
  explicit OtherServer(int stop_signal);
  ~OtherServer();

  std::filesystem::path folder() const { return folder_.path(); }
  void launch(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment = {});
  /// `words` as nobody where we are root, killed where we are.
  static std::vector<std::string> as_nobody(std::vector<std::string> words);

 private:
  TempDir folder_;
  std::uint16_t port_;
  int stop_signal_;
  std::unique_ptr<Child> child_;
};

class Redis final : public OtherServer {
 public:
  Redis();
  void start(std::vector<std::string> flags = {});
  /// What redis-cli prints.
  std::string ask(std::vector<std::string> words) const;
  /// Stores so much that the next start loads for about `time`, and says so meanwhile; ends it.
  void fill_for(std::chrono::milliseconds time);

 private:
  std::vector<std::string> slow_;
};

/// Its user is postgres with the password `secret`.
class Postgres final : public OtherServer {
 public:
  Postgres();
  void start(std::vector<std::string> flags = {});
  /// A server that recovers until promote(): it answers that it takes nobody yet.
  void start_in_recovery();
  void promote() const;
};

/// Without users: a server that asks nobody who they are.
class MariaDb final : public OtherServer {
 public:
  MariaDb();
  void start(std::vector<std::string> flags = {});
};

/// Takes some seconds to start.
class RabbitMq final : public OtherServer {
 public:
  RabbitMq();
  void start();

 private:
  std::unique_ptr<Child> names_;  ///< its directory of nodes, which would stay behind if RabbitMQ started it
};

/// /ok is 200 "all is well"; /503, /moved and /418 are what they say; /token wants "X-Token: abc"; /files/ is files().
class Nginx final : public OtherServer {
 public:
  Nginx();
  /// https where there are certificates.
  void start(const Certificates* certificates = nullptr);
  std::filesystem::path files() const { return folder() / "files"; }
};

}  // namespace sidekick::test
