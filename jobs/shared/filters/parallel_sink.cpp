#include "filters/parallel_sink.hpp"

#include <algorithm>

#include "sidekick/try_thread.hpp"

namespace sidekick::filters {

namespace {

/// One block is being filled and one is ready to be passed on, while every thread has one.
constexpr std::size_t spare_slots = 2;

}  // namespace

ParallelSink::ParallelSink(const MakeCoder& make_coder, std::size_t block_bytes, int threads, Sink& next)
    : block_bytes_(block_bytes), next_(next), slots_(static_cast<std::size_t>(threads) + spare_slots) {
  for (int i = 0; i < threads; i++) coders_.push_back(make_coder());
  for (auto& coder : coders_)
    if (!try_thread(threads_, [this, &coder = *coder](const std::stop_token& stop) { work(stop, coder); })) break;
}

ParallelSink::~ParallelSink() {
  // All at once, instead of one after the other in the joins.
  for (auto& thread : threads_) thread.request_stop();
}

void ParallelSink::work(const std::stop_token& stop, BlockCoder& coder) {
  std::unique_lock lock(mutex_);
  for (;;) {
    submitted_more_.wait(lock, stop, [&] { return taken_ < submitted_; });
    if (stop.stop_requested()) return;
    auto& mine = slot(taken_++);
    lock.unlock();
    encode(mine, coder);
    lock.lock();
    mine.done = true;
    done_more_.notify_one();
  }
}

void ParallelSink::encode(Slot& mine, BlockCoder& coder) {
  try {
    mine.coded = coder.code(mine.plain, std::move(mine.coded));
  } catch (...) {
    mine.failure = std::current_exception();
  }
}

void ParallelSink::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    auto& plain = slot(submitted_).plain;
    if (plain.empty()) plain.reserve(block_bytes_);
    const auto n = std::min(bytes.size(), block_bytes_ - plain.size());
    plain.insert(plain.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
    if (plain.size() == block_bytes_) submit();
  }
}

void ParallelSink::finish() {
  if (submitted_ == 0 || !slot(submitted_).plain.empty()) submit();
  hand_on(0);
  next_.finish();
}

void ParallelSink::submit() {
  if (threads_.empty()) {
    encode(slot(submitted_), *coders_.front());
    slot(submitted_).done = true;
  }
  {
    const std::lock_guard lock(mutex_);
    submitted_++;
  }
  submitted_more_.notify_one();
  hand_on(slots_.size() - 1);
}

void ParallelSink::hand_on(std::size_t most_waiting) {
  while (wait_for_oldest(most_waiting)) {
    auto& oldest = slot(handed_on_);
    if (oldest.failure) std::rethrow_exception(oldest.failure);
    next_.write(oldest.coded);
    oldest.plain.clear();
    oldest.done = false;
    handed_on_++;
  }
}

/// False where the oldest is still in work and may stay so, since no more than `most_waiting` are pending.
bool ParallelSink::wait_for_oldest(std::size_t most_waiting) {
  std::unique_lock lock(mutex_);
  if (handed_on_ == submitted_) return false;
  const auto& oldest = slot(handed_on_);
  if (submitted_ - handed_on_ > most_waiting) done_more_.wait(lock, [&] { return oldest.done; });
  return oldest.done;
}

}  // namespace sidekick::filters
