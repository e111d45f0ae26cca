#include "git_sync/hooks/hook_worker.hpp"

#include <cstdint>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr Metric metric_hook_runs{"git_sync_hook_run_count_total", "Hooks that were run, by name and how they ended",
                                  MetricType::counter};

}  // namespace

HookWorker::HookWorker(std::string_view name, TellHook tell, std::chrono::milliseconds backoff, Log& log,
                       MetricSink& metrics)
    : name_(name), tell_(std::move(tell)), backoff_(backoff), log_(log), metrics_(metrics) {}

HookWorker::~HookWorker() {
  {
    const std::lock_guard lock(mutex_);
    stop_.cancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HookWorker::send(const Publication& publication) {
  {
    const std::lock_guard lock(mutex_);
    mailbox_ = publication;
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  changed_.notify_all();
}

void HookWorker::run_once(const Publication& publication, const CancelToken& cancel) {
  try {
    tell_(publication, cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) count("error");
    throw;
  }
  count("success");
}

void HookWorker::work() noexcept try {
  while (auto publication = take()) tell_until_done(std::move(*publication));
} catch (const std::exception& error) {
  log_.error("the thread of a hook ended: " + std::string(error.what()), {{"hook", name_}});
}

std::optional<Publication> HookWorker::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return mailbox_ || stop_.token().cancelled(); });
  if (stop_.token().cancelled()) return {};
  return std::exchange(mailbox_, std::nullopt);
}

void HookWorker::tell_until_done(Publication publication) {
  while (told_ != publication.commit && !tell_once(publication)) {
    if (!wait_for_backoff()) return;
    const std::lock_guard lock(mutex_);
    if (mailbox_) publication = *std::exchange(mailbox_, std::nullopt);
  }
}

bool HookWorker::tell_once(const Publication& publication) {
  const auto failed = [&](const std::string& message, const std::string& hint) {
    count("error");
    log_.error(message, {{"hook", name_}, {"hash", publication.commit.hex()}, {"hint", hint}});
    return false;
  };
  try {
    tell_(publication, stop_.token());
  } catch (const Error& error) {
    return error.kind() == ErrorKind::cancelled ? false : failed(error.message(), error.hint());
  } catch (const std::exception& error) {  // out of memory or descriptors, which may pass
    return failed("unexpected: " + std::string(error.what()), {});
  }
  count("success");
  log_.debug("hook is done", {{"hook", name_}, {"hash", publication.commit.hex()}});
  told_ = publication.commit;
  return true;
}

/// False when it must end instead.
bool HookWorker::wait_for_backoff() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, backoff_, [this] { return stop_.token().cancelled(); });
}

void HookWorker::count(std::string_view status) noexcept {
  metrics_.record(metric_hook_runs, 1, {{"name", name_}, {"status", status}});
}

}  // namespace sidekick::git_sync
