#include "wait/watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>

#include "tests/support/eventually.hpp"

using namespace sidekick;
using namespace sidekick::wait;
using test::eventually;
using namespace std::chrono_literals;

namespace {

/// Finds what a test says, by the number of the look.
class Scripted final : public Probe {
 public:
  using Script = std::function<std::optional<std::string>(int number)>;
  explicit Scripted(Script script) : script_(std::move(script)) {}
  std::optional<std::string> look(const CancelToken&) override { return script_(++number_); }

 private:
  Script script_;
  int number_ = 0;
};

/// A watch in a thread of its own, which ends with it.
class Running final {
 public:
  Running(std::shared_ptr<Goal> goal, Scripted::Script script)
      : goal_(goal),
        watch("it", std::make_unique<Scripted>(std::move(script)), goal),
        thread_([this] { watch.run(); }) {}
  ~Running() {
    goal_->give_up();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::shared_ptr<Goal> goal_;

 public:
  Watch watch;

 private:
  std::thread thread_;
};

std::shared_ptr<Goal> goal(std::size_t watches) {
  return std::make_shared<Goal>(Settings(), watches);
}

/// The same with one thing changed.
template <class Value>
std::shared_ptr<Goal> goal(std::size_t watches, Value Settings::* member, Value value) {
  Settings settings;
  settings.*member = value;
  return std::make_shared<Goal>(settings, watches);
}

bool gets_over(const Goal& goal) {
  return eventually(10s, [&] { return goal.over().cancelled(); });
}

Scripted::Script as(const std::atomic<bool>& there) {
  return [&there](int) { return there ? std::nullopt : std::optional<std::string>("away"); };
}

}  // namespace

TEST_CASE("all watches are needed unless one will do") {
  const auto all = goal(2);
  all->one_met();
  CHECK_FALSE(all->met());
  all->one_met();
  CHECK(all->met());
  CHECK(all->over().cancelled());
  const auto any = goal(2, &Settings::need, Settings::Need::any);
  any->one_met();
  CHECK(any->met());
}

TEST_CASE("what was met may be lost until all are") {
  const auto both = goal(2);
  both->one_met();
  both->one_lost();
  both->one_met();
  CHECK_FALSE(both->met());
  both->one_met();
  both->one_lost();
  CHECK(both->met());
}

TEST_CASE("a watch looks again until it is there") {
  const auto one = goal(1);
  std::atomic<int> looks = 0;
  const Running running(one, [&](int number) {
    looks = number;
    return number < 4 ? std::optional<std::string>("away") : std::nullopt;
  });
  REQUIRE(gets_over(*one));
  CHECK(one->met());
  CHECK(looks == 4);
  CHECK_FALSE(running.watch.missing());
}

TEST_CASE("a watch for what is to go is met once it is away") {
  const auto one = goal(1, &Settings::until, Settings::Until::gone);
  std::atomic<bool> there = true;
  const Running running(one, as(there));
  REQUIRE(eventually(10s, [&] { return running.watch.missing() == "it is still available"; }));
  CHECK_FALSE(one->met());
  there = false;
  REQUIRE(gets_over(*one));
  CHECK(one->met());
}

TEST_CASE("what comes and goes is not stable") {
  const auto one = goal(1, &Settings::stable, std::chrono::milliseconds(150));
  std::atomic<int> looks = 0;
  std::chrono::steady_clock::time_point last_away;
  const auto begun = std::chrono::steady_clock::now();
  {
    const Running running(one, [&](int number) {
      looks = number;
      if (number % 2 == 1 || number > 6) return std::optional<std::string>();
      last_away = std::chrono::steady_clock::now();
      return std::optional<std::string>("away");
    });
    REQUIRE(gets_over(*one));
  }
  CHECK(one->met());
  CHECK(looks > 7);
  CHECK(last_away > begun);
  CHECK(std::chrono::steady_clock::now() - last_away >= 150ms);
}

TEST_CASE("all must be there at the same time") {
  const auto both = goal(2);
  std::atomic<bool> first = true, second = false;
  const Running one(both, as(first)), other(both, as(second));
  REQUIRE(eventually(10s, [&] { return !one.watch.missing(); }));
  first = false;
  REQUIRE(eventually(10s, [&] { return one.watch.missing() == "away"; }));
  second = true;
  REQUIRE(eventually(10s, [&] { return !other.watch.missing(); }));
  CHECK_FALSE(both->met());
  first = true;
  REQUIRE(gets_over(*both));
  CHECK(both->met());
}

TEST_CASE("what no waiting can mend ends all watches") {
  const auto one = goal(2);
  const std::atomic<bool> there = false;
  const Running waits(one, as(there));
  const Running fails(one,
                      [](int) -> std::optional<std::string> { throw Error(ErrorKind::config, "no such authority"); });
  REQUIRE(gets_over(*one));
  CHECK_FALSE(one->met());
  CHECK(one->failure()->message() == "no such authority");
}

TEST_CASE("a surprise in a watch is an internal error and does not end the process") {
  const auto one = goal(1);
  const Running fails(one, [](int) -> std::optional<std::string> { throw std::runtime_error("surprise"); });
  REQUIRE(gets_over(*one));
  CHECK(one->failure()->kind() == ErrorKind::internal);
}
