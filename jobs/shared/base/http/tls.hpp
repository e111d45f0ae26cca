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

/// What all connections of one client share: certificates and the checks. Loaded by the constructor. Throws Error:
/// no_input or denied (a file that cannot be read), config (one that cannot be used).
class TlsContext final {
 public:
  explicit TlsContext(const TlsSettings& settings);

  /// Greets over `below`: the other side must prove to be `host`. `session` (may be null) of an earlier connection to
  /// the same host spares both sides work. Throws Error of kind denied where a side does not trust the other, and what
  /// a stream throws.
  std::unique_ptr<TlsStream> greet(std::unique_ptr<Stream> below, const std::string& host, SSL_SESSION* session) const;

 private:
  void trust(const TlsSettings& settings);
  void identify(const TlsSettings& settings);

  Handle<BIO_METHOD, BIO_meth_free> method_;
  SslContext context_;
};

/// One connection that has greeted. The limits are those of the stream below.
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

  /// What spares work on the next connection; null where the server gave nothing out.
  SslSession session() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sidekick::http
