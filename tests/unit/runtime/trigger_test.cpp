#include "agent/runtime/trigger.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <thread>

#include "tests/unit/support/virtual_clock.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

TEST_CASE("a wait on a trigger ends when it is due, raised or interrupted") {
  VirtualClock clock;
  Interrupt interrupt;
  Trigger trigger;
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::due);
  clock.at(7s, [&] { trigger.raise(); });
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::triggered);
  CHECK(clock.elapsed() == 7s);
  clock.at(8s, [&] { interrupt.raise(SIGTERM); });
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::interrupted);
  CHECK(clock.elapsed() == 8s);
}

TEST_CASE("what is raised while nobody waits counts once for the next wait") {
  VirtualClock clock;
  Interrupt interrupt;
  Trigger trigger;
  trigger.raise();
  trigger.raise();
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::triggered);
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::due);
}

TEST_CASE("an interrupt comes before a trigger") {
  VirtualClock clock;
  Interrupt interrupt;
  Trigger trigger;
  trigger.raise();
  interrupt.raise(SIGTERM);
  CHECK(trigger.wait_until(clock, clock.now() + 5s, interrupt) == Woken::interrupted);
}

TEST_CASE("a trigger raised by another thread ends a wait of real time") {
  SystemClock clock;
  Interrupt interrupt;
  Trigger trigger;
  std::thread other([&] { trigger.raise(); });
  CHECK(trigger.wait_until(clock, clock.now() + 20s, interrupt) == Woken::triggered);
  other.join();
}
