#include "storage/sftp/session_pool.hpp"

#include <utility>

namespace sidekick::storage {

void SessionPool::ReturnToPool::operator()(SftpSession* session) const noexcept {
  std::unique_ptr<SftpSession> owned(session);
  if (!owned->usable()) return;
  const std::scoped_lock lock(pool->mutex_);
  pool->idle_.push_back(std::move(owned));
}

SessionPool::Borrowed SessionPool::take() {
  const std::scoped_lock lock(mutex_);
  if (idle_.empty()) return {nullptr, ReturnToPool{this}};
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return {out.release(), ReturnToPool{this}};
}

SessionPool::Borrowed SessionPool::connect(const CancelToken& cancel) {
  return {std::make_unique<SftpSession>(place_, cancel).release(), ReturnToPool{this}};
}

void SessionPool::drop_all() {
  std::vector<std::unique_ptr<SftpSession>> dropped;
  const std::scoped_lock lock(mutex_);
  dropped.swap(idle_);
}

}  // namespace sidekick::storage
