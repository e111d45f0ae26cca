/// A connection to an ssh server with a login.
#pragma once

#include <libssh2.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/secret.hpp"
#include "sidekick/ssh_settings.hpp"
#include "sidekick/url.hpp"

namespace sidekick {

/// Limits of libssh2 for each read from the socket, and the data of its callbacks. Without them a call of libssh2 never
/// returns if the server sends messages without end that the protocol skips, such as banner lines.
struct SshReads {
  const CancelToken* cancel = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline{};
  std::optional<std::size_t> bytes_left{};  ///< nothing: no limit
  const Secret* password = nullptr;         ///< answers the questions of the server

  /// True if nothing more may be read.
  bool stopped() const noexcept {
    return (cancel != nullptr && cancel->cancelled()) || bytes_left == std::size_t{0} ||
           (deadline && std::chrono::steady_clock::now() >= *deadline);
  }
};

/// For one thread. Handshake and login are limited to 1 MiB and twice the idle time; every call of libssh2 that reads
/// obeys the cancel token. Throws Error: unavailable, denied (the key of the host is unknown or has changed; none of
/// our keys is accepted), no_input (a key file or the known_hosts file does not exist), config, cancelled.
class SshSession final {
 public:
  /// Connects, verifies the key of the host before it sends any credential, and logs in as the user of the URL with the
  /// first key file that the server accepts, else with the password, which also answers all interactive questions.
  SshSession(const Url& url, const SshSettings& settings, const CancelToken& cancel);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  LIBSSH2_SESSION* handle() const noexcept { return session_.get(); }

  /// Calls a function of libssh2 until it no longer returns that it would block; waits between the calls.
  template <class Call>
  auto until_done(const CancelToken& cancel, Call&& call) {
    for (;;) {
      reads_.cancel = &cancel;
      const auto result = call();
      reads_.cancel = nullptr;
      if (!would_block(result)) return result;
      wait(cancel);
    }
  }

  /// Blocks until the socket is ready. The last call of libssh2 must be the one that would block: every call reads all
  /// that has arrived, including data for other calls. Throws Error: unavailable after the idle time, cancelled.
  void wait(const CancelToken& cancel);

  /// Like until_done(), but neither throws nor blocks for long: returns the last result of `call`, which is that it
  /// would block if `patience` was too short. The session is unusable then.
  template <class Call>
  auto finish_within(std::chrono::milliseconds patience, Call&& call) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      reads_.deadline = deadline;
      const auto result = call();
      reads_.deadline.reset();
      const bool blocks = would_block(result);
      if (!blocks) usable_ = connected_;
      if (!blocks || !wait_until(deadline)) return result;
    }
  }

  /// Closes a channel, and waits a second for the answer of the host; without one, the session is unusable.
  void close(LIBSSH2_CHANNEL* channel) noexcept;

  /// False if a call was abandoned before its end, or the connection is lost.
  bool usable() const noexcept { return usable_; }

  /// Shuts the connection down: every later call fails instead of blocking.
  void cut() noexcept;

  /// `what: <libssh2's last message>`.
  Error error(ErrorKind kind, const std::string& what, std::string hint = {}) const;

 private:
  template <class Result>
  bool would_block(const Result& result) const {
    if constexpr (std::is_pointer_v<Result>)
      return result == nullptr && libssh2_session_last_errno(session_.get()) == LIBSSH2_ERROR_EAGAIN;
    else
      return result == LIBSSH2_ERROR_EAGAIN;
  }

  short events() const noexcept;
  void set_up();
  void prefer_known_keys(const std::string& known_hosts);
  void check_host(const std::string& known_hosts);
  void log_in(const SshSettings& settings, const CancelToken& cancel);
  bool try_key(const std::string& file, const SshSettings& settings, const CancelToken& cancel);
  bool try_password(const Secret& password, std::string_view methods, const CancelToken& cancel);
  Error refusal(const SshSettings& settings) const;
  bool wait_until(std::chrono::steady_clock::time_point deadline) noexcept;

  Url url_;
  std::chrono::milliseconds idle_;
  Fd fd_;
  SshReads reads_;
  std::optional<std::chrono::steady_clock::time_point> login_ends_;  ///< nothing once we are in
  Handle<LIBSSH2_SESSION, libssh2_session_free> session_;
  bool has_tried_rsa_ = false;
  bool usable_ = true;
  bool connected_ = true;
};

struct CloseSshChannel {
  SshSession* session = nullptr;
  void operator()(LIBSSH2_CHANNEL* channel) const noexcept { session->close(channel); }
};

/// A channel of a session, which must outlive it; closed by SshSession::close().
using SshChannel = std::unique_ptr<LIBSSH2_CHANNEL, CloseSshChannel>;

}  // namespace sidekick
