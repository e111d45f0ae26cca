/// A connection to an ssh server that we are logged in to.
#pragma once

#include <libssh2.h>

#include <chrono>
#include <memory>
#include <string>

#include "git_sync/remote/git_source.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

/// For one thread. Throws Error: unavailable, denied (the host's key is unknown or another than before; no key of ours
/// is accepted), no_input (a key file or the known_hosts file is not there), config, cancelled.
class SshSession final {
 public:
  /// Connects, checks the host's key before anything of ours is shown, and logs in with the first key file that the
  /// server accepts.
  SshSession(const Url& url, const SshSettings& settings, const StreamTimes& times, const CancelToken& cancel);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  LIBSSH2_SESSION* handle() const noexcept { return session_.get(); }

  /// Calls a function of libssh2 again and again until it does not say that it would block; waits in between.
  template <class Call>
  auto until_done(const CancelToken& cancel, Call&& call) {
    for (;;) {
      const auto result = call();
      if (!would_block(result)) return result;
      wait(cancel);
    }
  }

  /// Waits until the server moves. Throws Error: unavailable after the idle time, cancelled.
  void wait(const CancelToken& cancel);

  /// Ends a channel, and waits a second for the host to agree: where it does not, the session is of no more use.
  void close(LIBSSH2_CHANNEL* channel) noexcept;
  bool usable() const noexcept { return usable_; }

  /// `what: <libssh2's last message>`.
  Error error(ErrorKind kind, const std::string& what, std::string hint = {}) const;

 private:
  struct FreeSession {
    void operator()(LIBSSH2_SESSION* session) const noexcept { libssh2_session_free(session); }
  };

  template <class Result>
  bool would_block(const Result& result) const {
    if constexpr (std::is_pointer_v<Result>)
      return result == nullptr && libssh2_session_last_errno(session_.get()) == LIBSSH2_ERROR_EAGAIN;
    else
      return result == LIBSSH2_ERROR_EAGAIN;
  }

  short events() const noexcept;
  void prefer_known_keys(const std::string& known_hosts);
  void check_host(const std::string& known_hosts);
  void log_in(const SshSettings& settings, const CancelToken& cancel);
  bool try_key(const std::string& user, const std::string& file, const CancelToken& cancel);

  Url url_;
  StreamTimes times_;
  Fd fd_;
  std::unique_ptr<LIBSSH2_SESSION, FreeSession> session_;
  bool usable_ = true;
};

}  // namespace sidekick::git_sync
