/// Something between a client and an S3 server that treats requests as badly as a test wants.
#pragma once

#include <functional>
#include <string>

#include "tests/support/tcp_server.hpp"

namespace sidekick::test {

/// What becomes of a request.
enum class Fate {
  pass,
  lose_request,  ///< the connection is cut, and the server never hears of it
  lose_answer,   ///< the server does it, and the connection is cut
  slow_down,     ///< an answer 503
  refuse,        ///< an answer 501
  expire,        ///< an answer that the session token has expired
};

/// Asks `decide` about each whole request, which it may change. Each connection carries one request.
class S3Proxy final {
 public:
  S3Proxy(std::uint16_t port, std::function<Fate(std::string& request)> decide);

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

 private:
  void serve(TcpPeer& peer) const;

  std::uint16_t port_;
  std::function<Fate(std::string& request)> decide_;
  TcpServer server_;
};

/// The session token that `request` is signed with, and takes it out: versitygw has none, and refuses each. The request
/// is signed anew with the keys of S3Server; empty, and nothing changed, unless it was signed rightly by these, the
/// token too.
std::string take_session_token(std::string& request);

/// Takes the line of that header out, where there is one.
void remove_header(std::string& request, const std::string& name);

}  // namespace sidekick::test
