#include "git_sync/publish/stage_entries.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "sidekick/try_thread.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t entries_worth_a_thread = 64;
constexpr std::size_t max_threads = 4;

class StagingThreads final {
 public:
  StagingThreads(const Staging& staging, const std::vector<const Entry*>& entries, const CancelToken& cancel)
      : staging_(staging), entries_(entries), cancel_(cancel), stamps_(entries.size()) {}

  std::vector<FileStamp> run(CheckoutReader& reader) {
    const auto processors = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    const auto useful = entries_.size() / entries_worth_a_thread;
    std::vector<std::unique_ptr<CheckoutReader>> others;
    while (others.size() + 1 < std::min({processors, useful, max_threads})) others.push_back(reader.another());
    {
      std::vector<std::jthread> threads;
      threads.reserve(others.size());
      for (const auto& other : others)
        if (!try_thread(threads, [this, &other] { work(*other); })) break;
      work(reader);
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(stamps_);
  }

 private:
  void work(CheckoutReader& reader) noexcept {
    try {
      for (auto i = next_++; i < entries_.size(); i = next_++) {
        cancel_.throw_if_cancelled();
        const auto& entry = *entries_[i];
        const auto bytes = reader.source(entry);
        if (entry.kind == EntryKind::symlink) (void)link_target(entry.path, bytes);
        stamps_[i] = staging_.put(i, entry.kind, bytes);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = entries_.size();
    }
  }

  const Staging& staging_;
  const std::vector<const Entry*>& entries_;
  const CancelToken& cancel_;
  std::vector<FileStamp> stamps_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<FileStamp> stage_entries(const Staging& staging, const std::vector<const Entry*>& entries,
                                     CheckoutReader& reader, const CancelToken& cancel) {
  return StagingThreads(staging, entries, cancel).run(reader);
}

}  // namespace sidekick::git_sync
