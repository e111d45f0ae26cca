#include "sidekick/cancel.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick {

struct CancelToken::State {
  State() : event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event) throw error_from_errno("cannot create an event descriptor", errno);
  }

  void cancel() noexcept {
    cancelled = true;
    ::eventfd_write(event.get(), 1);
    const std::lock_guard lock(mutex);
    for (const auto& child : children)
      if (const auto living = child.lock()) living->cancel();
  }

  void add(const std::shared_ptr<State>& child) {
    const std::lock_guard lock(mutex);
    std::erase_if(children, [](const auto& each) { return each.expired(); });
    children.push_back(child);
  }

  std::atomic<bool> cancelled = false;
  Fd event;
  std::mutex mutex;
  std::vector<std::weak_ptr<State>> children;
};

CancelToken::CancelToken() : state_(std::make_shared<State>()) {}

CancelToken::CancelToken(std::shared_ptr<State> state) : state_(std::move(state)) {}

bool CancelToken::cancelled() const noexcept {
  return state_->cancelled;
}

void CancelToken::throw_if_cancelled() const {
  if (cancelled()) throw Error(ErrorKind::cancelled, "stopped before the work was done");
}

int CancelToken::fd() const noexcept {
  return state_->event.get();
}

CancelSource::CancelSource() = default;

CancelSource::CancelSource(const CancelToken& parent) {
  parent.state_->add(token_.state_);
  // In this order, so that no cancellation in between is missed.
  if (parent.cancelled()) cancel();
}

void CancelSource::cancel() noexcept {
  token_.state_->cancel();
}

}  // namespace sidekick
