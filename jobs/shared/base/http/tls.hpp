/// TLS over any stream.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/http/stream.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::http {

using SslContext = Handle<SSL_CTX, SSL_CTX_free>;
using SslSession = Handle<SSL_SESSION, SSL_SESSION_free>;

class TlsStream;

/// The certificates and checks that all connections of a client share. The constructor loads them and throws Error:
/// no_input or denied (an unreadable file), config (an unusable one).
class TlsContext final {
 public:
  explicit TlsContext(const TlsSettings& settings);

  /// Does the handshake over `below`, and verifies that the other side is `host`. Resumes `session` (may be null) of an
  /// earlier connection to the same host. Throws Error of kind denied if a side does not trust the other, and what a
  /// stream throws.
  std::unique_ptr<TlsStream> greet(std::unique_ptr<Stream> below, const std::string& host, SSL_SESSION* session) const;

 private:
  void trust(const TlsSettings& settings);
  void identify(const TlsSettings& settings);

  Handle<BIO_METHOD, BIO_meth_free> method_;
  SslContext context_;
};

/// A connection after the handshake. Uses the limits of the stream below.
class TlsStream final : public Stream {
 public:
  struct State;
  explicit TlsStream(std::unique_ptr<State> state);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  void limit(const StreamLimits& limits) override;
  std::size_t read(std::span<std::byte> into) override;
  void write(std::span<const std::byte> bytes) override;
  bool quiet() const noexcept override;

  /// The session to resume on the next connection; null if the server issued none.
  SslSession session() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sidekick::http
