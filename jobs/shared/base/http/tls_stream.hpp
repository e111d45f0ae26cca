/// What the two halves of TLS share: OpenSSL over a stream of ours.
#pragma once

#include <openssl/ssl.h>

#include <exception>
#include <memory>
#include <string>

#include "base/http/tls.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::http {

/// The BIO functions of OpenSSL for a TlsStream::State.
Handle<BIO_METHOD, BIO_meth_free> make_bio_method();

/// The text of the oldest OpenSSL error of this thread ("wrong version number"); clears the error queue.
std::string ssl_failure();

struct TlsStream::State {
  State(std::unique_ptr<Stream> stream, const BIO_METHOD* method, SSL_CTX* context);

  /// Throws the exception for a failed call that returned `returned`.
  [[noreturn]] void fail(int returned);

  std::unique_ptr<Stream> below;
  Handle<SSL, SSL_free> ssl;
  std::exception_ptr failure;  ///< of the stream below, carried across OpenSSL
};

}  // namespace sidekick::http
