/// Connections that wait for the next to use them.
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

  struct GiveBack {
    SessionPool* pool = nullptr;
    void operator()(SftpSession* session) const noexcept;
  };
  /// A session of one's own, until it is destroyed.
  using Borrowed = std::unique_ptr<SftpSession, GiveBack>;

  /// `work(Borrowed)` on a connection that waited, if there is one; where the server has ended it meanwhile, or there
  /// is none, on a new one. So `work` is to be what can be done twice. Throws as SftpSession, and what `work` throws.
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
