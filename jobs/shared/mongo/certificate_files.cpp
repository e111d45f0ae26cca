#include "mongo/certificate_files.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

namespace {

using Context = Handle<SSL_CTX, SSL_CTX_free>;

struct File {
  std::string path;
  const char* what;
};

void require_readable(const File& file) {
  const Fd fd(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw error_from_errno("cannot read '" + file.path + "' (" + file.what + ")", errno);
}

[[noreturn]] void refuse(const File& file, std::string hint) {
  // The last one often says only that the PEM could not be used.
  const auto last = ERR_peek_last_error();
  const auto code = ERR_GET_REASON(last) == ERR_R_PEM_LIB ? ERR_peek_error() : last;
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  throw Error(ErrorKind::config,
              "cannot use '" + file.path + "' (" + file.what + ")" + (reason ? std::string(": ") + reason : ""),
              std::move(hint));
}

// Without it OpenSSL prompts on the terminal for the password of an encrypted key.
int give_password(char* buffer, int size, int, void* data) {
  const std::string_view password = *static_cast<const std::string_view*>(data);
  if (password.size() > static_cast<std::size_t>(size)) return 0;
  std::ranges::copy(password, buffer);
  return static_cast<int>(password.size());
}

void check_authorities(SSL_CTX* context, const File& file) {
  require_readable(file);
  if (SSL_CTX_load_verify_locations(context, file.path.c_str(), nullptr) != 1)
    refuse(file, "it must hold certificates in PEM");
}

void check_own_certificate(SSL_CTX* context, const File& file, std::string_view password) {
  require_readable(file);
  if (SSL_CTX_use_certificate_chain_file(context, file.path.c_str()) != 1)
    refuse(file, "it must hold the client certificate and its key in PEM");
  SSL_CTX_set_default_passwd_cb(context, &give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  const int loaded = SSL_CTX_use_PrivateKey_file(context, file.path.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (loaded != 1 && !password.empty())
    refuse(file, "it must also hold the key of the certificate in PEM; check the password of --sslPEMKeyPassword");
  if (loaded != 1)
    refuse(file, "it must also hold the key of the certificate in PEM; --sslPEMKeyPassword opens an encrypted one");
}

void check_revoked(SSL_CTX* context, const File& file) {
  require_readable(file);
  auto* lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, file.path.c_str(), X509_FILETYPE_PEM) < 1)
    refuse(file, "it must hold a list of revoked certificates in PEM");
}

}  // namespace

void check_certificate_files(const mongoc_uri_t* uri, const std::string& crl_file) {
  if (!mongoc_uri_get_tls(uri)) return;
  const auto text = [&](const char* option) {
    const char* const value = mongoc_uri_get_option_as_utf8(uri, option, nullptr);
    return std::string(value ? value : "");
  };
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw Error(ErrorKind::internal, "cannot set up TLS");
  ERR_clear_error();
  if (const File file{text(MONGOC_URI_TLSCAFILE), "the CA file"}; !file.path.empty())
    check_authorities(context.get(), file);
  if (const File file{text(MONGOC_URI_TLSCERTIFICATEKEYFILE), "client certificate and key"}; !file.path.empty())
    check_own_certificate(context.get(), file, text(MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD));
  if (!crl_file.empty()) check_revoked(context.get(), {crl_file, "the list of revoked certificates"});
}

}  // namespace sidekick::mongo
