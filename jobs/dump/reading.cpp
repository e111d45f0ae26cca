#include "dump/reading.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "dump/channel.hpp"

namespace sidekick::dump {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
// Large enough to amortise a request, small enough to stay in the processor's cache.
constexpr std::size_t wanted_batch_bytes = mib;
constexpr std::size_t largest_answer_bytes = 16 * mib + mib / 4;
// The driver holds an answer twice while it receives it.
constexpr std::size_t copies_in_driver = 2;
// The limit for several answers together; a single one may be larger, up to the largest possible.
constexpr std::size_t max_held_bytes = 12 * mib;
constexpr std::size_t most_documents = 100'000;
constexpr std::size_t first_documents = 64;

/// The number of documents to request, and the largest size of the answer, from what is known so far.
class Pace final {
 public:
  explicit Pace(const Item& item) : estimate_(item.estimate) {}

  std::uint32_t documents() const {
    const auto average = std::max(seen_average(), left_average());
    if (average == 0) return first_documents;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted_batch_bytes / average, 1, most_documents));
  }

  std::size_t answer_bytes() const {
    constexpr std::size_t envelope = 4096;
    constexpr std::uint64_t much_larger = 4;
    std::size_t out = largest_answer_bytes;
    if (estimate_) out = std::min<std::size_t>(out, estimate_->bytes + envelope);
    // Past sizes predict future ones only where the rest of the collection is similar.
    if (count_ > 0 && left_average() <= much_larger * seen_average())
      out = std::min<std::size_t>(out, documents() * largest_ + envelope);
    return out;
  }

  void saw(const Batch& batch) {
    count_ += batch.count;
    bytes_ += batch.documents.size();
    largest_ = std::max(largest_, batch.largest);
  }

 private:
  std::uint64_t seen_average() const { return count_ > 0 ? bytes_ / count_ : 0; }

  /// The documents that are still to come, according to the server's statistics.
  std::uint64_t left_average() const {
    if (!estimate_ || estimate_->documents <= count_ || estimate_->bytes <= bytes_) return 0;
    return (estimate_->bytes - bytes_) / (estimate_->documents - count_);
  }

  std::optional<Estimate> estimate_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t largest_ = 0;
};

/// False once nobody takes the batches.
bool read_item(Cursor cursor, std::size_t index, const Item& item, Channel& channel) {
  Pace pace(item);
  while (!cursor.ended()) {
    auto hold = channel.reserve(copies_in_driver * pace.answer_bytes());
    if (!hold) return false;
    auto batch = cursor.next(pace.documents());
    if (!batch) break;
    hold->resize(batch->documents.size());
    pace.saw(*batch);
    if (batch->count > 0 && !channel.push({index, std::move(batch)}, std::move(*hold))) return false;
  }
  return channel.push({index, std::nullopt}, {});
}

}  // namespace

void read_items(mongo::Pool& pool, const Server& server, const std::vector<Item>& items,
                std::span<const std::size_t> which, const ReadSettings& settings, const Receiver& receiver,
                JobContext& context) {
  const auto readers = std::min(static_cast<std::size_t>(settings.parallel), which.size());
  Channel channel(max_held_bytes, readers);
  std::atomic<std::size_t> next = 0;
  const auto read = [&] {
    try {
      const auto client = pool.client();
      for (std::size_t i = next++; i < which.size(); i = next++) {
        const auto& item = items[which[i]];
        if (!read_item(Cursor(client, server, item, settings.read_concern), which[i], item, channel)) break;
        check_same_server(client, server);
      }
      channel.leave(nullptr);
    } catch (...) {
      channel.leave(std::current_exception());
    }
  };
  std::vector<std::jthread> threads;
  // Declared after the threads, so that they are told to end before they are joined.
  struct CloseAtEnd {
    Channel& channel;
    ~CloseAtEnd() { channel.close(); }
  } const close_at_end{channel};
  threads.reserve(readers);
  for (std::size_t i = 0; i < readers; i++) threads.emplace_back(read);
  try {
    while (const auto received = channel.pop()) {
      if (received->delivery.batch)
        receiver.batch(received->delivery.item, *received->delivery.batch);
      else
        receiver.end(received->delivery.item);
      context.cancel.throw_if_cancelled();
    }
  } catch (const Error&) {
    context.cancel.throw_if_cancelled();
    throw;
  }
}

}  // namespace sidekick::dump
