#include "agent/runtime/waker.hpp"

#include <sys/eventfd.h>

#include <cerrno>

#include "sidekick/error.hpp"

namespace sidekick::runtime {

Waker::Waker() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw error_from_errno("cannot create an event descriptor", errno);
}

void Waker::wake() noexcept {
  ::eventfd_write(event_.get(), 1);
}

void Waker::clear() noexcept {
  eventfd_t ignored = 0;
  ::eventfd_read(event_.get(), &ignored);
}

}  // namespace sidekick::runtime
