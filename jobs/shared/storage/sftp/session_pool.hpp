/// Idle connections, ready for reuse.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/sftp/sftp_session.hpp"

namespace sidekick::storage {

/// Thread safe.
class SessionPool final {
 public:
  explicit SessionPool(SftpPlace place) : place_(std::move(place)) {}

  const SftpPlace& place() const noexcept { return place_; }

  struct ReturnToPool {
    SessionPool* pool = nullptr;
    void operator()(SftpSession* session) const noexcept;
  };
  /// Exclusive use of a session, until destruction.
  using Borrowed = std::unique_ptr<SftpSession, ReturnToPool>;

  /// Calls `work(Borrowed)` on an idle connection; on a new one where there is none or the server has closed it
  /// meanwhile. `work` must therefore be repeatable. Throws as SftpSession, and what `work` throws.
  template <class Work>
  auto with_session(const CancelToken& cancel, Work&& work) {
    cancel.throw_if_cancelled();
    if (auto waiting = take()) {
      try {
        return work(std::move(waiting));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable) throw;
      }
      drop_all();
    }
    return work(connect(cancel));
  }

 private:
  Borrowed take();
  Borrowed connect(const CancelToken& cancel);
  void drop_all();

  SftpPlace place_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SftpSession>> idle_;
};

}  // namespace sidekick::storage
