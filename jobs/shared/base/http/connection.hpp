/// One connection to a server, direct or through a proxy.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/http/answer.hpp"
#include "base/http/stream.hpp"
#include "base/http/tls.hpp"
#include "sidekick/url.hpp"

namespace sidekick::http {

/// The destination of a connection. Requests to the same one can share it.
struct Route {
  Url server;
  std::optional<Url> proxy;

  /// True if requests go to the proxy instead of through a tunnel.
  bool relayed() const { return proxy && server.scheme == "http"; }
  /// Connections with the same key can serve this route.
  std::string key() const;
};

struct Connection {
  Connection(std::string key_of_route, std::unique_ptr<Stream> opened)
      : key(std::move(key_of_route)), stream(std::move(opened)), reader(*stream) {}

  std::string key;
  std::unique_ptr<Stream> stream;
  AnswerReader reader;
  bool used = false;  ///< it has returned an answer
};

/// Opens connections, and caches what makes the next one to the same server cheaper. For one thread at a time.
class Connector final {
 public:
  explicit Connector(HttpSettings settings) : settings_(std::move(settings)) {}

  /// Throws Error: unavailable, denied, config, no_input, cancelled; or ConnectionLost.
  std::unique_ptr<Connection> open(const Route& route, const StreamLimits& limits);

  /// Keeps the TLS session of `connection` for the next one. Call it after the first answer.
  void remember(const Connection& connection);

 private:
  std::unique_ptr<Stream> dial_to(const Url& url, const StreamLimits& limits) const;
  std::unique_ptr<Stream> greet(std::unique_ptr<Stream> below, const Url& url, const std::string& key);
  const TlsContext& context();

  HttpSettings settings_;
  std::unique_ptr<TlsContext> context_;
  std::string loaded_files_;  ///< the version of the certificate files in context_
  std::string session_key_;
  SslSession session_;
};

/// "user:password" of `url` as basic authentication.
std::string basic_authorization(const Url& url);

}  // namespace sidekick::http
