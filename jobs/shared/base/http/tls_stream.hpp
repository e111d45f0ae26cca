/// What the two halves of TLS share: OpenSSL over a stream of ours.
#pragma once

#include <openssl/ssl.h>

#include <exception>
#include <memory>
#include <string>

#include "base/http/tls.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::http {

/// The functions by which OpenSSL reads and writes a TlsStream::State.
Handle<BIO_METHOD, BIO_meth_free> make_bio_method();

/// The oldest error of OpenSSL in this thread in words, its list emptied: "wrong version number".
std::string ssl_failure();

struct TlsStream::State {
  State(std::unique_ptr<Stream> stream, const BIO_METHOD* method, SSL_CTX* context);

  /// Makes of a failed call what it means; `returned` is what the call gave. Never returns.
  [[noreturn]] void fail(int returned);

  std::unique_ptr<Stream> below;
  Handle<SSL, SSL_free> ssl;
  std::exception_ptr failure;  ///< of the stream below, carried around OpenSSL
};

}  // namespace sidekick::http
