#include "sidekick/cancel.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "sidekick/error.hpp"

namespace sidekick {

struct CancelToken::State {
  State() : event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event) throw error_from_errno("cannot create an event descriptor", errno);
  }
  std::atomic<bool> cancelled = false;
  Fd event;
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

void CancelSource::cancel() noexcept {
  token_.state_->cancelled = true;
  ::eventfd_write(token_.state_->event.get(), 1);
}

}  // namespace sidekick
