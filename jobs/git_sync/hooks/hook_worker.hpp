/// The thread that calls one hook after publications.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "git_sync/hooks/hooks.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

/// Calls the hook for one publication; throws Error where that fails.
using TellHook = std::function<void(const Publication&, const CancelToken&)>;

/// Calls `tell` in its own thread, which starts with the first publication. While a call runs or waits for its
/// back-off, only the newest publication is kept. All members are safe from any thread. All references outlive the
/// object.
class HookWorker final {
 public:
  /// `name` as in the peer's metric: "exechook", "webhook", "pre-publish-exechook", or ours; a literal.
  HookWorker(std::string_view name, TellHook tell, std::chrono::milliseconds backoff, Log& log, MetricSink& metrics);
  /// Cancels the current call and waits for its end.
  ~HookWorker();
  HookWorker(const HookWorker&) = delete;
  HookWorker& operator=(const HookWorker&) = delete;

  void send(const Publication& publication);

  /// One attempt, in the calling thread. Throws what it throws.
  void run_once(const Publication& publication, const CancelToken& cancel);

  std::string_view name() const noexcept { return name_; }

 private:
  void work() noexcept;
  std::optional<Publication> take();
  void tell_until_done(Publication publication);
  bool tell_once(const Publication& publication);
  bool wait_for_backoff();
  void count(std::string_view status) noexcept;

  const std::string_view name_;
  const TellHook tell_;
  const std::chrono::milliseconds backoff_;
  Log& log_;
  MetricSink& metrics_;
  CancelSource stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Publication> mailbox_;
  std::optional<ObjectId> told_;  ///< of the worker's thread only
  std::thread thread_;
};

}  // namespace sidekick::git_sync
