#include "dump/channel.hpp"

#include <utility>

namespace sidekick::dump {

void Channel::Hold::resize(std::size_t bytes) noexcept {
  if (channel_ == nullptr) return;
  {
    const std::lock_guard lock(channel_->mutex_);
    channel_->held_bytes_ = channel_->held_bytes_ - bytes_ + bytes;
  }
  channel_->room_.notify_all();
  bytes_ = bytes;
}

std::optional<Channel::Hold> Channel::reserve(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return closed_ || held_bytes_ == 0 || held_bytes_ + bytes <= max_bytes_; });
  if (closed_) return std::nullopt;
  held_bytes_ += bytes;
  return Hold(this, bytes);
}

bool Channel::push(Delivery delivery, Hold hold) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    queue_.push_back({std::move(delivery), std::move(hold)});
  }
  news_.notify_one();
  return true;
}

void Channel::leave(std::exception_ptr failure) noexcept {
  {
    const std::lock_guard lock(mutex_);
    readers_--;
    if (!failure_) failure_ = std::move(failure);
  }
  news_.notify_one();
}

std::optional<Channel::Received> Channel::pop() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [&] { return failure_ || !queue_.empty() || readers_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
  if (queue_.empty()) return std::nullopt;
  auto out = std::move(queue_.front());
  queue_.pop_front();
  return out;
}

void Channel::close() noexcept {
  std::deque<Received> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(queue_);
  }
  room_.notify_all();
}

}  // namespace sidekick::dump
