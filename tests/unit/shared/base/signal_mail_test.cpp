#include "sidekick/signal_mail.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>

#include <csignal>

using namespace sidekick;

namespace {

bool readable(const SignalMail& mail) {
  pollfd event{mail.fd(), POLLIN, 0};
  return ::poll(&event, 1, 0) == 1;
}

}  // namespace

TEST_CASE("signals are handed over once each") {
  SignalMail mail;
  CHECK_FALSE(readable(mail));
  for (const int signal : {SIGUSR1, SIGHUP, SIGUSR1}) mail.put(signal);
  CHECK(readable(mail));
  CHECK(mail.take() == std::vector<int>{SIGHUP, SIGUSR1});
  CHECK_FALSE(readable(mail));
  CHECK(mail.take().empty());
}

TEST_CASE("of a wish to stop and one to continue the later one counts") {
  SignalMail mail;
  mail.put(SIGTSTP);
  mail.put(SIGCONT);
  CHECK(mail.take() == std::vector<int>{SIGCONT});
  mail.put(SIGCONT);
  mail.put(SIGTSTP);
  CHECK(mail.take() == std::vector<int>{SIGTSTP});
}
