#include "git_sync/hooks/hooks.hpp"

#include "git_sync/hooks/calls.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::chrono::seconds signal_backoff{3};

}  // namespace

class Hooks::Impl {
 public:
  Impl(const std::optional<ExecHook>& pre_publish_hook, const std::optional<ExecHook>& exec_hook,
       const std::optional<Webhook>& webhook, const std::optional<PostSyncSignal>& signal, Log& log,
       MetricSink& metrics) {
    if (pre_publish_hook)
      before_.emplace("pre-publish-exechook", command_hook(*pre_publish_hook, HookHash::before, log),
                      pre_publish_hook->backoff, log, metrics);
    if (exec_hook)
      command_.emplace("exechook", command_hook(*exec_hook, HookHash::published, log), exec_hook->backoff, log,
                       metrics);
    if (signal) signal_.emplace("post-sync-signal", signal_hook(*signal, log), signal_backoff, log, metrics);
    if (webhook) url_.emplace("webhook", url_hook(*webhook), webhook->backoff, log, metrics);
  }

  void announce(const Publication& publication) {
    if (before_) before_->send(publication);
  }

  void send(const Publication& publication) {
    announce(publication);
    if (command_) command_->send(publication);
    if (url_) url_->send(publication);
    if (signal_) signal_->send(publication);
  }

  /// One hook that fails does not stop the others.
  void run_once(const Publication& publication, const CancelToken& cancel) {
    std::optional<Error> failure;
    for (auto* worker : {before_ ? &*before_ : nullptr, command_ ? &*command_ : nullptr, url_ ? &*url_ : nullptr,
                         signal_ ? &*signal_ : nullptr}) {
      if (worker == nullptr) continue;
      try {
        worker->run_once(publication, cancel);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        if (!failure)
          failure.emplace(ErrorKind::temporary, std::string(worker->name()) + " failed: " + error.message(),
                          error.hint(), Retry::never);
      }
    }
    if (failure) throw *failure;
  }

 private:
  std::optional<HookWorker> before_;
  std::optional<HookWorker> command_;
  std::optional<HookWorker> url_;
  std::optional<HookWorker> signal_;
};

Hooks::Hooks(const std::optional<ExecHook>& pre_publish_hook, const std::optional<ExecHook>& exec_hook,
             const std::optional<Webhook>& webhook, const std::optional<PostSyncSignal>& signal, Log& log,
             MetricSink& metrics)
    : impl_(std::make_unique<Impl>(pre_publish_hook, exec_hook, webhook, signal, log, metrics)) {}

Hooks::~Hooks() = default;

void Hooks::announce(const Publication& publication) {
  impl_->announce(publication);
}

void Hooks::send(const Publication& publication) {
  impl_->send(publication);
}

void Hooks::run_once(const Publication& publication, const CancelToken& cancel) {
  impl_->run_once(publication, cancel);
}

}  // namespace sidekick::git_sync
