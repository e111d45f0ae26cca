#include "base/http/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::http {

namespace {

TlsStream::State* state_of(BIO* bio) {
  return static_cast<TlsStream::State*>(BIO_get_data(bio));
}

int read_below(BIO* bio, char* into, int size) noexcept {
  auto* state = state_of(bio);
  try {
    return static_cast<int>(
        state->below->read(std::as_writable_bytes(std::span(into, static_cast<std::size_t>(size)))));
  } catch (...) {
    state->failure = std::current_exception();
    return -1;
  }
}

int write_below(BIO* bio, const char* from, int size) noexcept {
  auto* state = state_of(bio);
  try {
    state->below->write(std::as_bytes(std::span(from, static_cast<std::size_t>(size))));
    return size;
  } catch (...) {
    state->failure = std::current_exception();
    return -1;
  }
}

long control(BIO*, int command, long, void*) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

bool is_about_trust(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

/// OpenSSL read something that is not a TLS record.
bool is_about_plain_text(int reason) {
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_WRONG_VERSION_NUMBER:
      return true;
    default:
      return false;
  }
}

void expect_host(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return;
  ERR_clear_error();
  auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // The macro for this call casts as C does.
  const auto named = SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  if (named != 1 || SSL_set1_host(ssl, name.c_str()) != 1)
    throw Error(ErrorKind::config, "the host's name cannot be used for TLS");
}

}  // namespace

Handle<BIO_METHOD, BIO_meth_free> make_bio_method() {
  Handle<BIO_METHOD, BIO_meth_free> method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "stream"));
  if (!method) return method;
  BIO_meth_set_read(method.get(), &read_below);
  BIO_meth_set_write(method.get(), &write_below);
  BIO_meth_set_ctrl(method.get(), &control);
  return method;
}

std::string ssl_failure() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(ERR_GET_REASON(code));
}

TlsStream::State::State(std::unique_ptr<Stream> stream, const BIO_METHOD* method, SSL_CTX* context)
    : below(std::move(stream)), ssl(SSL_new(context)) {
  BIO* bio = ssl ? BIO_new(method) : nullptr;
  if (bio == nullptr) throw Error(ErrorKind::internal, "cannot set up TLS: " + ssl_failure());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
}

void TlsStream::State::fail(int returned) {
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  const int what = SSL_get_error(ssl.get(), returned);
  const auto code = ERR_peek_error();
  if (const long verdict = SSL_get_verify_result(ssl.get());
      verdict != X509_V_OK && SSL_get_verify_mode(ssl.get()) != SSL_VERIFY_NONE) {
    ERR_clear_error();
    throw Error(ErrorKind::denied,
                std::string("the server's certificate is not trusted: ") + X509_verify_cert_error_string(verdict),
                "--ca-file names the certificate of the authority that signed it; --insecure trusts any certificate");
  }
  if (what == SSL_ERROR_SYSCALL || what == SSL_ERROR_ZERO_RETURN || code == 0) {
    ERR_clear_error();
    throw ConnectionLost("the connection was closed");
  }
  if (is_about_plain_text(ERR_GET_REASON(code))) {
    ERR_clear_error();
    throw Error(ErrorKind::config, "the port does not speak TLS, and the URL says https://", "write http://");
  }
  const bool trust = is_about_trust(ERR_GET_REASON(code));
  const auto message = "TLS failed: " + ssl_failure();
  if (trust) throw Error(ErrorKind::denied, message, "the server requires a client certificate that it trusts");
  throw Error(ErrorKind::unavailable, message);
}

std::unique_ptr<TlsStream> TlsContext::greet(std::unique_ptr<Stream> below, const std::string& host,
                                             SSL_SESSION* session) const {
  auto state = std::make_unique<TlsStream::State>(std::move(below), method_.get(), context_.get());
  expect_host(state->ssl.get(), host);
  if (session != nullptr) SSL_set_session(state->ssl.get(), session);
  ERR_clear_error();
  if (const int status = SSL_connect(state->ssl.get()); status != 1) state->fail(status);
  return std::make_unique<TlsStream>(std::move(state));
}

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

TlsStream::~TlsStream() {
  // Sends no close_notify, as a destructor must not block; without this line OpenSSL would not resume the session.
  SSL_set_shutdown(state_->ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void TlsStream::limit(const StreamLimits& limits) {
  state_->below->limit(limits);
}

std::size_t TlsStream::read(std::span<std::byte> into) {
  ERR_clear_error();
  const auto size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
  const int n = SSL_read(state_->ssl.get(), into.data(), size);
  if (n > 0) return static_cast<std::size_t>(n);
  if (!state_->failure && SSL_get_error(state_->ssl.get(), n) == SSL_ERROR_ZERO_RETURN) return 0;
  state_->fail(n);
}

void TlsStream::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    const int n = SSL_write(state_->ssl.get(), bytes.data(), size);
    if (n <= 0) state_->fail(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

bool TlsStream::quiet() const noexcept {
  return SSL_pending(state_->ssl.get()) == 0 && state_->below->quiet();
}

SslSession TlsStream::session() const {
  SslSession session(SSL_get1_session(state_->ssl.get()));
  if (session && SSL_SESSION_is_resumable(session.get()) != 1) session.reset();
  return session;
}

}  // namespace sidekick::http
