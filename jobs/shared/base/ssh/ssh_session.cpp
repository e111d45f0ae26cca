#include "sidekick/ssh_session.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <vector>

#include "base/ssh/known_hosts.hpp"
#include "base/ssh/password.hpp"
#include "base/ssh/private_key.hpp"
#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"

namespace sidekick {

namespace {

void use_libssh2() {
  static const int ready = libssh2_init(0);
  if (ready != 0) throw Error(ErrorKind::internal, "cannot start the ssh library");
}

std::string known_hosts_text(const SshSettings& settings) {
  if (!settings.check_known_hosts) return {};
  if (settings.known_hosts_file.empty())
    throw Error(ErrorKind::config, "no known_hosts file is given to verify the host key",
                "give one; 'ssh-keyscan HOST' prints its lines");
  return read_secret_file(settings.known_hosts_file, "known_hosts file").reveal();
}

std::string_view name_of_type(int type) {
  switch (type) {
    case LIBSSH2_HOSTKEY_TYPE_RSA:
      return "ssh-rsa";
    case LIBSSH2_HOSTKEY_TYPE_DSS:
      return "ssh-dss";
    case LIBSSH2_HOSTKEY_TYPE_ECDSA_256:
      return "ecdsa-sha2-nistp256";
    case LIBSSH2_HOSTKEY_TYPE_ECDSA_384:
      return "ecdsa-sha2-nistp384";
    case LIBSSH2_HOSTKEY_TYPE_ECDSA_521:
      return "ecdsa-sha2-nistp521";
    case LIBSSH2_HOSTKEY_TYPE_ED25519:
      return "ssh-ed25519";
    default:
      return "unknown";
  }
}

/// libssh2's methods for a type of key: those of RSA have names of their own.
std::string methods_of(const std::string& type) {
  return type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256,ssh-rsa" : type;
}

// RSA with SHA-2 came with libssh2 1.11.
constexpr bool signs_rsa_with_sha1_only = LIBSSH2_VERSION_NUM < 0x010b00;

std::string hint_of_handshake(int code) {
  const bool found_no_common_method = code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE;
  if (!signs_rsa_with_sha1_only || !found_no_common_method) return {};
  return "this build knows RSA host keys only with SHA-1, which current servers refuse: give the server an Ed25519 or "
         "ECDSA key as well";
}

constexpr std::size_t max_bytes_before_login = std::size_t{1} << 20;

// Returns "would block" instead of a failure, so that libssh2 can continue later.
ssize_t receive(libssh2_socket_t fd, void* buffer, std::size_t size, int flags, void** abstract) {
  auto& reads = *static_cast<SshReads*>(*abstract);
  if (reads.stopped()) return -EAGAIN;
  const auto n = ::recv(fd, buffer, std::min(size, reads.bytes_left.value_or(size)), flags);
  if (n < 0) return errno == EINTR ? -EAGAIN : -errno;
  if (reads.bytes_left) *reads.bytes_left -= static_cast<std::size_t>(n);
  return n;
}

}  // namespace

SshSession::SshSession(const Url& url, const SshSettings& settings, const CancelToken& cancel)
    : url_(url), idle_(settings.idle_timeout) {
  if (url.user.empty())
    throw Error(ErrorKind::config, "no user is given for '" + redact_url(url.without_login()) + "'");
  use_libssh2();
  const auto known_hosts = known_hosts_text(settings);
  auto dialled = dial(url.host, url.effective_port(), settings.connect_timeout, cancel);
  cancel.throw_if_cancelled();
  if (!dialled.fd)
    throw Error(ErrorKind::unavailable, "cannot connect to '" + url.authority() + "': " + dialled.failure);
  fd_ = std::move(dialled.fd);
  set_up();
  reads_.bytes_left = max_bytes_before_login;
  login_ends_ = std::chrono::steady_clock::now() + 2 * idle_;
  if (settings.check_known_hosts) prefer_known_keys(known_hosts);
  if (const int code = until_done(cancel, [this] { return libssh2_session_handshake(session_.get(), fd_.get()); }))
    throw error(ErrorKind::unavailable, "cannot agree with the ssh server on '" + url.authority() + "'",
                hint_of_handshake(code));
  if (settings.check_known_hosts) check_host(known_hosts);
  log_in(settings, cancel);
  reads_.bytes_left.reset();
  login_ends_.reset();
}

void SshSession::set_up() {
  session_.reset(libssh2_session_init_ex(nullptr, nullptr, nullptr, &reads_));
  if (!session_) throw Error(ErrorKind::internal, "cannot start an ssh session");
  libssh2_session_set_blocking(session_.get(), 0);
#if LIBSSH2_VERSION_NUM >= 0x010b01
  libssh2_session_callback_set2(session_.get(), LIBSSH2_CALLBACK_RECV, reinterpret_cast<libssh2_cb_generic*>(&receive));
#else
  libssh2_session_callback_set(session_.get(), LIBSSH2_CALLBACK_RECV, reinterpret_cast<void*>(&receive));
#endif
}

SshSession::~SshSession() {
  if (session_) libssh2_session_disconnect(session_.get(), "bye");
  // The goodbye must not block.
  ::shutdown(fd_.get(), SHUT_RDWR);
}

short SshSession::events() const noexcept {
  const int directions = libssh2_session_block_directions(session_.get());
  int events = 0;
  if ((directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0) events |= POLLOUT;
  if ((directions & LIBSSH2_SESSION_BLOCK_INBOUND) != 0 || events == 0) events |= POLLIN;
  return static_cast<short>(events);
}

void SshSession::wait(const CancelToken& cancel) {
  usable_ = false;  // until the wait succeeds: the call is not finished otherwise
  auto patience = idle_;
  if (login_ends_) {
    const auto what = "the ssh server on '" + url_.authority() + "' ";
    if (reads_.bytes_left == std::size_t{0})
      throw Error(ErrorKind::unavailable, what + "sends endless data before the login");
    const auto left = *login_ends_ - std::chrono::steady_clock::now();
    if (left.count() <= 0) throw Error(ErrorKind::unavailable, what + "takes too long before the login");
    patience = std::min(patience, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  wait_for_server(fd_.get(), events(), patience, cancel);
  usable_ = true;
}

bool SshSession::wait_until(std::chrono::steady_clock::time_point deadline) noexcept {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  struct pollfd watched{fd_.get(), events(), 0};
  usable_ = left > 0 && ::poll(&watched, 1, static_cast<int>(left)) > 0;
  return usable_;
}

void SshSession::close(LIBSSH2_CHANNEL* channel) noexcept {
  constexpr std::chrono::milliseconds patience(1'000);
  if (!usable_) return;
  if (finish_within(patience, [channel] { return libssh2_channel_free(channel); }) != 0) usable_ = false;
}

void SshSession::cut() noexcept {
  ::shutdown(fd_.get(), SHUT_RDWR);
  usable_ = connected_ = false;
}

Error SshSession::error(ErrorKind kind, const std::string& what, std::string hint) const {
  char* text = nullptr;
  int size = 0;
  libssh2_session_last_error(session_.get(), &text, &size, 0);
  return {kind, what + ": " + one_line({text, static_cast<std::size_t>(size)}), std::move(hint)};
}

void SshSession::prefer_known_keys(const std::string& known_hosts) {
  std::string methods;
  for (const auto& key : known_keys(known_hosts, url_.host, url_.effective_port()))
    methods += methods_of(key.type) + ",";
  if (methods.empty()) return;
  // The other methods follow, so that a host without any of these is distinct from one that has no common method.
  const char** all = nullptr;
  const int count = libssh2_session_supported_algs(session_.get(), LIBSSH2_METHOD_HOSTKEY, &all);
  for (int i = 0; i < count; i++) methods += std::string(all[i]) + ",";
  if (all != nullptr) libssh2_free(session_.get(), static_cast<void*>(all));
  methods.pop_back();
  libssh2_session_method_pref(session_.get(), LIBSSH2_METHOD_HOSTKEY, methods.c_str());
}

void SshSession::check_host(const std::string& known_hosts) {
  std::size_t size = 0;
  int type = LIBSSH2_HOSTKEY_TYPE_UNKNOWN;
  const char* key = libssh2_session_hostkey(session_.get(), &size, &type);
  if (key == nullptr) throw error(ErrorKind::unavailable, "the host presents no key");
  const auto host = "'" + url_.authority() + "'";
  const auto scan = "'ssh-keyscan" +
                    (url_.effective_port() == 22 ? "" : " -p " + std::to_string(url_.effective_port())) + " " +
                    url_.host + "'";
  const auto known = known_keys(known_hosts, url_.host, url_.effective_port());
  switch (judge_host_key(known, name_of_type(type), base64({key, size}))) {
    case HostKeyVerdict::known:
      return;
    case HostKeyVerdict::unknown:
      throw Error(ErrorKind::denied, "the key of host " + host + " is not in the known_hosts file",
                  "add the lines that " + scan + " prints, after you have checked them");
    case HostKeyVerdict::changed:
      throw Error(ErrorKind::denied, "the key of host " + host + " has changed: it may be another host",
                  "if you know why, replace the old lines by those that " + scan + " prints");
    case HostKeyVerdict::revoked:
      throw Error(ErrorKind::denied, "the key of host " + host + " is revoked in the known_hosts file");
  }
}

void SshSession::log_in(const SshSettings& settings, const CancelToken& cancel) {
  const auto length = static_cast<unsigned int>(url_.user.size());
  const char* listed =
      until_done(cancel, [&] { return libssh2_userauth_list(session_.get(), url_.user.c_str(), length); });
  if (listed == nullptr) {
    if (libssh2_userauth_authenticated(session_.get()) != 0) return;
    throw error(ErrorKind::unavailable, "cannot log in as '" + url_.user + "'");
  }
  const std::string methods(listed);
  for (const auto& file : settings.key_files)
    if (try_key(file, settings, cancel)) return;
  if (!settings.password.empty() && try_password(settings.password, methods, cancel)) return;
  throw refusal(settings);
}

Error SshSession::refusal(const SshSettings& settings) const {
  const auto who = "'" + url_.user + "' at '" + url_.authority() + "'";
  if (settings.key_files.empty() && settings.password.empty())
    return {ErrorKind::denied, "cannot log in as " + who + ": no ssh key is configured", "give a key file"};
  if (settings.key_files.empty())
    return {ErrorKind::denied, "cannot log in as " + who + ": the server does not accept the password",
            "check the user in the URL and the password, and that the server allows passwords"};
  return {ErrorKind::denied,
          "cannot log in as " + who + ": the server accepts none of the keys (" + settings.key_files.front() +
              (settings.key_files.size() > 1 ? ", …)" : ")") +
              (settings.password.empty() ? "" : ", and not the password"),
          signs_rsa_with_sha1_only && has_tried_rsa_
              ? "this build signs RSA keys only with SHA-1, which current servers refuse: use an Ed25519 or ECDSA key"
              : "add the public key to the server, and check the user in the URL"};
}

bool SshSession::try_key(const std::string& file, const SshSettings& settings, const CancelToken& cancel) {
  const Secret key(read_secret_file(file, "ssh key").reveal() + "\n");
  if (const auto fault = fault_of_private_key(key.reveal()); !fault.cause.empty())
    throw Error(ErrorKind::config, "ssh key '" + file + "' cannot be used: " + fault.cause, fault.hint);
  has_tried_rsa_ |= is_rsa_key(key.reveal());
  const bool locked = is_encrypted_key(key.reveal());
  if (locked && settings.key_passphrase.empty())
    throw Error(ErrorKind::config, "ssh key '" + file + "' has a passphrase: it cannot be used",
                "create a key without one: ssh-keygen -t ed25519 -N ''");
  const char* passphrase = locked ? settings.key_passphrase.reveal().c_str() : nullptr;
  const int code = until_done(cancel, [&] {
    return libssh2_userauth_publickey_frommemory(session_.get(), url_.user.c_str(), url_.user.size(), nullptr, 0,
                                                 key.reveal().c_str(), key.reveal().size(), passphrase);
  });
  switch (code) {
    case 0:
      return true;
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
    case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
      return false;
    case LIBSSH2_ERROR_SOCKET_SEND:
    case LIBSSH2_ERROR_SOCKET_RECV:
    case LIBSSH2_ERROR_SOCKET_DISCONNECT:
    case LIBSSH2_ERROR_TIMEOUT:
      throw error(ErrorKind::unavailable, "cannot log in as '" + url_.user + "'");
    default:
      throw error(ErrorKind::config, "ssh key '" + file + "' cannot be used",
                  locked ? "check its passphrase; it must be a private key in OpenSSH or PEM format"
                         : "it must be a private key in OpenSSH or PEM format, without a passphrase");
  }
}

bool SshSession::try_password(const Secret& password, std::string_view methods, const CancelToken& cancel) {
  for (const auto& method : password_methods()) {
    if (methods.find(method.name) == std::string_view::npos) continue;
    const int code = until_done(cancel, [&] { return method.log_in(session_.get(), url_.user, password); });
    if (code == 0) return true;
    if (code != LIBSSH2_ERROR_AUTHENTICATION_FAILED && code != LIBSSH2_ERROR_PASSWORD_EXPIRED)
      throw error(ErrorKind::unavailable, "cannot log in as '" + url_.user + "'");
  }
  return false;
}

}  // namespace sidekick
