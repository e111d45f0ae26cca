#include "sidekick/pending_signals.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>

#include <csignal>

using namespace sidekick;

namespace {

bool readable(const PendingSignals& pending) {
  pollfd event{pending.fd(), POLLIN, 0};
  return ::poll(&event, 1, 0) == 1;
}

}  // namespace

TEST_CASE("each pending signal is taken once") {
  PendingSignals pending;
  CHECK_FALSE(readable(pending));
  for (const int signal : {SIGUSR1, SIGHUP, SIGUSR1}) pending.put(signal);
  CHECK(readable(pending));
  CHECK(pending.take() == std::vector<int>{SIGHUP, SIGUSR1});
  CHECK_FALSE(readable(pending));
  CHECK(pending.take().empty());
}

TEST_CASE("the later one of SIGTSTP and SIGCONT counts") {
  PendingSignals pending;
  pending.put(SIGTSTP);
  pending.put(SIGCONT);
  CHECK(pending.take() == std::vector<int>{SIGCONT});
  pending.put(SIGCONT);
  pending.put(SIGTSTP);
  CHECK(pending.take() == std::vector<int>{SIGTSTP});
}
