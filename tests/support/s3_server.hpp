/// Real S3 servers on loopback.
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

/// The path of versitygw, which tests/servers/versitygw builds where it is not there yet. Where it cannot be had the
/// test is skipped, or fails when CI=true.
std::string versitygw_program();

struct S3ServerSettings {
  const Certificates* certificates = nullptr;  ///< https with its server's certificate; null: http
  std::string region = "us-east-1";
  std::string virtual_domain{};  ///< buckets are hosts below it; empty: they are the first step of the path
  std::vector<std::string> flags{};
  std::string host = "127.0.0.1";  ///< an address of this machine; that of a bridge lets containers reach it
};

/// A server that answers, with one empty bucket named "bucket". Started by the constructor, killed and its data removed
/// by the destructor. Throws std::runtime_error with what it said where it does not start within 20 s.
class S3Server final {
 public:
  explicit S3Server(S3ServerSettings settings = {});

  std::uint16_t port() const { return port_; }
  /// "http://HOST:PORT".
  std::string endpoint() const;
  static std::string access_key() { return "backups"; }
  static std::string secret_key() { return "a secret/of+the=tests"; }
  /// What it says of its requests, a line each.
  std::string log() const { return child_->out() + child_->err(); }
  /// The files behind the bucket: an object is a file of its key.
  std::filesystem::path bucket() const { return folder_ / "data" / "bucket"; }

  /// Kills it as a power cut would; its data stays. start() brings it back on the same port.
  void kill();
  void start();

 private:
  void wait_until_ready();

  S3ServerSettings settings_;
  std::string program_;
  TempDir folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace sidekick::test
