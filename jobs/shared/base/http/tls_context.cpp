#include <fcntl.h>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>

#include "base/http/tls.hpp"
#include "base/http/tls_stream.hpp"
#include "sidekick/certificates.hpp"
#include "sidekick/error.hpp"

namespace sidekick::http {

namespace {

void require_readable(const std::string& path, const std::string& what) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw error_from_errno("cannot read '" + path + "' (" + what + ")", errno);
}

[[noreturn]] void refuse(const std::string& path, const std::string& what, std::string hint) {
  throw Error(ErrorKind::config, "cannot use '" + path + "' (" + what + "): " + ssl_failure(), std::move(hint));
}

// Without it OpenSSL asks on the terminal for the password of an encrypted key.
int give_password(char* buffer, int size, int, void* data) {
  const auto& password = static_cast<const Secret*>(data)->reveal();
  if (password.size() > static_cast<std::size_t>(size)) return 0;
  std::ranges::copy(password, buffer);
  return static_cast<int>(password.size());
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings)
    : method_(make_bio_method()), context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_ || !method_) throw Error(ErrorKind::internal, "cannot set up TLS: " + ssl_failure());
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_AUTO_RETRY);
  // Many servers close without close_notify; HTTP itself shows whether an answer is complete.
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  ERR_clear_error();
  trust(settings);
  identify(settings);
}

void TlsContext::trust(const TlsSettings& settings) {
  if (!settings.verify) return;
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  const auto path = settings.ca_file.empty() ? ca_bundle_path() : settings.ca_file;
  if (!path)
    throw Error(ErrorKind::config, "cannot verify certificates: this machine has no file of trusted authorities",
                "give a CA file, or set SSL_CERT_FILE");
  require_readable(*path, "the CA file");
  if (SSL_CTX_load_verify_locations(context_.get(), path->c_str(), nullptr) != 1)
    refuse(*path, "the CA file", "it must hold certificates in PEM");
}

void TlsContext::identify(const TlsSettings& settings) {
  const auto& certificate = settings.certificate_file;
  const auto& key = settings.key_file.empty() ? certificate : settings.key_file;
  if (certificate.empty()) {
    if (!settings.key_file.empty())
      throw Error(ErrorKind::config, "cannot use '" + settings.key_file + "' (the client's key) without a certificate");
    return;
  }
  require_readable(certificate, "the client's certificate");
  if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) != 1)
    refuse(certificate, "the client's certificate", "it must hold a certificate in PEM");
  require_readable(key, "the client's key");
  Secret password = settings.key_password;
  SSL_CTX_set_default_passwd_cb(context_.get(), &give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context_.get(), &password);
  const int loaded = SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context_.get(), nullptr);
  if (loaded != 1)
    refuse(key, "the client's key",
           "it must hold the key of the certificate in PEM; an encrypted one needs its password");
}

}  // namespace sidekick::http
