/// Counts the results of all documents, for all workers together.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace sidekick::restore {

/// All members are safe from any thread.
class Tally {
 public:
  std::atomic<std::uint64_t> inserted = 0;
  std::atomic<std::uint64_t> already_there = 0;  ///< the same bytes under the same _id
  std::atomic<std::uint64_t> unread = 0;         ///< the same _id exists, and the user cannot read the rest of it
  std::atomic<std::uint64_t> kept = 0;           ///< another document stays, because of --on-duplicate keep
  std::atomic<std::uint64_t> replaced = 0;

  /// One document that was not stored, and why, in one line.
  void reject(std::string reason) {
    const std::lock_guard lock(mutex_);
    if (reasons_.size() < shown_reasons) reasons_.push_back(std::move(reason));
    rejected_++;
  }

  std::uint64_t rejected() const noexcept { return rejected_; }

  std::vector<std::string> first_reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }

 private:
  static constexpr std::size_t shown_reasons = 3;
  std::atomic<std::uint64_t> rejected_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> reasons_;
};

}  // namespace sidekick::restore
