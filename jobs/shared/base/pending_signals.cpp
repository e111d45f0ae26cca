#include "sidekick/pending_signals.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <csignal>

#include "sidekick/error.hpp"

namespace sidekick {

namespace {

constexpr int most_signals = 64;

constexpr std::uint64_t bit(int signal) {
  return std::uint64_t{1} << static_cast<unsigned>(signal);
}

std::uint64_t taken_back_by(int signal) {
  if (signal == SIGCONT) return bit(SIGTSTP);
  return signal == SIGTSTP ? bit(SIGCONT) : 0;
}

}  // namespace

PendingSignals::PendingSignals() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw error_from_errno("cannot create an event descriptor", errno);
}

void PendingSignals::put(int signal) noexcept {
  waiting_ &= ~taken_back_by(signal);
  waiting_ |= bit(signal);
  ::eventfd_write(event_.get(), 1);
}

std::vector<int> PendingSignals::take() {
  eventfd_t ignored = 0;
  ::eventfd_read(event_.get(), &ignored);
  const auto taken = waiting_.exchange(0);
  std::vector<int> out;
  for (int signal = 1; taken != 0 && signal < most_signals; signal++)
    if (taken & bit(signal)) out.push_back(signal);
  return out;
}

}  // namespace sidekick
