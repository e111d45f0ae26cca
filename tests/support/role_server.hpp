/// Whoever gives out credentials for S3 on AWS, on loopback: the metadata of an instance, an agent of containers, STS.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/tcp_server.hpp"

namespace sidekick::test {

/// What it gives out: the keys of S3Server, and a session token.
struct RoleKeys {
  std::string session_token;
  std::chrono::seconds lifetime{3600};
};

/// Speaks as these do: a session of IMDSv2 first, the token of a container's agent, the form of STS. The metadata is
/// below url(""), the agent at url("/agent") and STS at url("/sts").
class RoleServer final {
 public:
  /// `give` is called for each request for credentials, counted from 1.
  explicit RoleServer(std::function<RoleKeys(int number)> give);

  std::string url(const std::string& path) const { return server_.url(path); }
  /// What the agent and STS want to be told.
  static std::string agent_token() { return "the agent's token"; }
  static std::string identity_token() { return "header.payload.signature+/="; }
  static std::string role_arn() { return "arn:aws:iam::123456789012:role/backup"; }

  /// "GET /agent" and so on, in their order.
  std::vector<std::string> asked() const;
  int given() const { return given_; }

 private:
  void serve(TcpPeer& peer);
  std::string keys_as_json();
  std::string keys_as_xml();

  std::function<RoleKeys(int)> give_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::atomic<int> given_ = 0;
  TcpServer server_;
};

}  // namespace sidekick::test
