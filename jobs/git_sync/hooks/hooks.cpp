#include "git_sync/hooks/hooks.hpp"

#include "git_sync/hooks/calls.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

class Hooks::Impl {
 public:
  Impl(const std::optional<ExecHook>& exec_hook, const std::optional<Webhook>& webhook, Log& log, MetricSink& metrics) {
    if (exec_hook) command_.emplace("exechook", command_hook(*exec_hook, log), exec_hook->backoff, log, metrics);
    if (webhook) url_.emplace("webhook", url_hook(*webhook), webhook->backoff, log, metrics);
  }

  void send(const Publication& publication) {
    if (command_) command_->send(publication);
    if (url_) url_->send(publication);
  }

  /// The second is told even where the first fails.
  void run_once(const Publication& publication, const CancelToken& cancel) {
    std::optional<Error> failure;
    for (auto* worker : {command_ ? &*command_ : nullptr, url_ ? &*url_ : nullptr}) {
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
  std::optional<HookWorker> command_;
  std::optional<HookWorker> url_;
};

Hooks::Hooks(const std::optional<ExecHook>& exec_hook, const std::optional<Webhook>& webhook, Log& log,
             MetricSink& metrics)
    : impl_(std::make_unique<Impl>(exec_hook, webhook, log, metrics)) {}

Hooks::~Hooks() = default;

void Hooks::send(const Publication& publication) {
  impl_->send(publication);
}

void Hooks::run_once(const Publication& publication, const CancelToken& cancel) {
  impl_->run_once(publication, cancel);
}

}  // namespace sidekick::git_sync
