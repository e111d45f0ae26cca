/// A connection to an ssh server that we are logged in to.
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

/// What libssh2 obeys whenever it reads from the socket, and hands to its callbacks. Without it a single call of
/// libssh2 never returns where the server sends without end what the protocol skips: banner lines, ignored messages.
struct SshReads {
  const CancelToken* cancel = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline{};
  std::optional<std::size_t> bytes_left{};  ///< nothing: no limit
  const Secret* password = nullptr;         ///< the answer to questions of the server

  /// True where nothing more may be read.
  bool stopped() const noexcept {
    return (cancel != nullptr && cancel->cancelled()) || bytes_left == std::size_t{0} ||
           (deadline && std::chrono::steady_clock::now() >= *deadline);
  }
};

/// For one thread. The server has 1 MiB and twice the idle time to agree with us and to let us in; every call of
/// libssh2 that reads obeys the cancel token. Throws Error: unavailable, denied (the host's key is unknown or another
/// than before; no key of ours is accepted), no_input (a key file or the known_hosts file is not there), config,
/// cancelled.
class SshSession final {
 public:
  /// Connects, checks the host's key before anything of ours is shown, and logs in as the URL's user with the first key
  /// file that the server accepts, else with the password, which is also the answer to all that it asks interactively.
  SshSession(const Url& url, const SshSettings& settings, const CancelToken& cancel);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  LIBSSH2_SESSION* handle() const noexcept { return session_.get(); }

  /// Calls a function of libssh2 again and again until it does not say that it would block; waits in between.
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

  /// Waits until the server moves. The last call of libssh2 must be the one that would block: every call takes from the
  /// socket all that has come, also what another call asked for. Throws Error: unavailable after the idle time,
  /// cancelled.
  void wait(const CancelToken& cancel);

  /// Like until_done(), for what must not throw nor take long: what `call` returned last, which says that it would
  /// block where `patience` was not enough. The session is of no more use then.
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

  /// Ends a channel, and waits a second for the host to agree: where it does not, the session is of no more use.
  void close(LIBSSH2_CHANNEL* channel) noexcept;

  /// False where a call was left before it was done, or the connection is gone.
  bool usable() const noexcept { return usable_; }

  /// Cuts the connection: every call fails from now on, instead of blocking.
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

/// A channel of a session, which must outlive it; ended as SshSession::close() does.
using SshChannel = std::unique_ptr<LIBSSH2_CHANNEL, CloseSshChannel>;

}  // namespace sidekick
