#include "restore/batch_queue.hpp"

#include <algorithm>

namespace sidekick::restore {

namespace {

// A buffer that held one huge document is not kept.
constexpr std::size_t largest_spare_bytes = std::size_t{2} << 20;

}  // namespace

void BatchQueue::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void BatchQueue::reserve(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || held_ == 0 || held_ + bytes <= max_bytes_; });
  rethrow_failure();
  held_ += bytes;
}

void BatchQueue::push(Batch batch, std::size_t reserved) {
  const std::lock_guard lock(mutex_);
  rethrow_failure();
  waiting_.push_back({std::move(batch), reserved});
  changed_.notify_all();
}

std::optional<BatchQueue::Entry> BatchQueue::pop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (failure_) return std::nullopt;
    const auto next =
        std::ranges::find_if(waiting_, [&](const Entry& entry) { return !busy_.contains(entry.batch.target); });
    if (next != waiting_.end()) {
      auto entry = std::move(*next);
      waiting_.erase(next);
      if (entry.batch.target->ordered) busy_.insert(entry.batch.target);
      batches_out_++;
      return entry;
    }
    if (finished_ && waiting_.empty()) return std::nullopt;
    changed_.wait(lock);
  }
}

void BatchQueue::done(Entry entry) {
  const std::lock_guard lock(mutex_);
  busy_.erase(entry.batch.target);
  held_ -= entry.reserved;
  batches_out_--;
  if (entry.batch.bytes.capacity() <= largest_spare_bytes) spare_.push_back(std::move(entry.batch));
  changed_.notify_all();
}

Batch BatchQueue::recycled() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  auto batch = std::move(spare_.back());
  spare_.pop_back();
  batch.bytes.clear();
  batch.starts.clear();
  batch.zero_timestamps.clear();
  return batch;
}

void BatchQueue::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || (waiting_.empty() && batches_out_ == 0); });
  rethrow_failure();
}

void BatchQueue::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void BatchQueue::fail(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
  changed_.notify_all();
}

}  // namespace sidekick::restore
