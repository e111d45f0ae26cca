#include "agent/runtime/scheduler.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

/// Several jobs of one process, whose scheduler has a thread of its own: the test moves the clock.
class House {
 public:
  explicit House(std::optional<std::chrono::milliseconds> lost_after = Scheduler::usual_lost_after)
      : scheduler_(h.clock, h.interrupt, h.waker, {[this](int code) { abandoned = code; }, lost_after}) {}

  ~House() {
    h.interrupt.raise(SIGTERM);
    if (thread_.joinable()) thread_.join();
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  RunningJob& add(const std::string& name, JobPlan plan) {
    auto& job = jobs.emplace_back(std::make_unique<RunningJob>(name, h.process()));
    job->start(std::move(plan));
    scheduler_.add(*job);
    return *job;
  }

  void begin() {
    thread_ = std::thread([this] { scheduler_.run(); });
  }

  void end(int signal) {
    h.interrupt.raise(signal);
    thread_.join();
  }

  bool tells(const std::string& series) const { return h.metrics.text().find(series + "\n") != std::string::npos; }

  Harness h;
  std::atomic<int> abandoned = 0;
  std::vector<std::unique_ptr<RunningJob>> jobs;

 private:
  Scheduler scheduler_;
  std::thread thread_;
};

/// A step each 10 s, counted when it is known when the next one is due.
class Pacer final : public LoopJob {
 public:
  explicit Pacer(std::function<void(JobContext&, int)> work = [](JobContext&, int) {}) : work_(std::move(work)) {}
  Step step(JobContext& context) override {
    work_(context, taken + 1);
    const Step next{{}, context.clock.now() + 10s};
    taken++;
    return next;
  }
  std::atomic<int> taken = 0;

 private:
  std::function<void(JobContext&, int)> work_;
};

std::set<std::string> threads() {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
    out.insert(entry.path().filename().string());
  return out;
}

}  // namespace

TEST_CASE("twenty jobs of both kinds run in one process, three are stopped, and the rest go on") {
  constexpr int loops = 10, one_shots = 10;
  House house;
  std::atomic<int> begun = 0;
  std::atomic<bool> is_released = false;
  const auto all_begin = [&] {
    begun++;
    return eventually(20s, [&] { return begun >= loops + one_shots; });
  };
  std::vector<std::unique_ptr<Pacer>> pacers;
  for (int i = 0; i < loops; i++) {
    pacers.push_back(std::make_unique<Pacer>([&](JobContext&, int step) {
      if (step == 1 && !all_begin()) throw Error(ErrorKind::internal, "the jobs do not overlap");
    }));
    house.add("loop-" + std::to_string(i), plan_for(*pacers.back()));
  }
  ScriptedJob worker([&](JobContext& context) -> Outcome {
    if (!all_begin()) throw Error(ErrorKind::internal, "the jobs do not overlap");
    const bool is_done = eventually(20s, [&] { return is_released || context.cancel.cancelled(); });
    context.cancel.throw_if_cancelled();
    return {is_done ? "done" : "late"};
  });
  for (int i = 0; i < one_shots; i++) house.add("once-" + std::to_string(i), plan_for(worker));
  const auto all_take = [&](int step, int first) {
    return eventually(20s, [&] {
      for (int i = first; i < loops; i++)
        if (pacers[static_cast<std::size_t>(i)]->taken < step) return false;
      return true;
    });
  };

  house.begin();
  REQUIRE(eventually(20s, [&] { return begun == loops + one_shots; }));
  REQUIRE(all_take(1, 0));
  house.h.clock.advance(10s);
  REQUIRE(all_take(2, 0));

  for (const auto i : {0, 1, loops}) house.jobs[static_cast<std::size_t>(i)]->stop();
  for (const auto i : {0, 1, loops})
    CHECK(eventually(20s, [&] { return house.jobs[static_cast<std::size_t>(i)]->exit_code() == 143; }));

  for (int step = 3; step < 6; step++) {
    house.h.clock.advance(10s);
    REQUIRE(all_take(step, 2));
  }
  CHECK(pacers[0]->taken == 2);
  CHECK(pacers[1]->taken == 2);
  for (int i = 2; i < loops; i++) CHECK_FALSE(house.jobs[static_cast<std::size_t>(i)]->exit_code());
  is_released = true;
  for (int i = loops + 1; i < loops + one_shots; i++)
    CHECK(eventually(20s, [&] { return house.jobs[static_cast<std::size_t>(i)]->exit_code() == 0; }));
  CHECK(house.tells("sidekick_job_attempts_total{job=\"loop-0\"} 2"));
  CHECK(house.tells("sidekick_job_attempts_total{job=\"loop-9\"} 5"));

  house.end(SIGINT);
  for (int i = 2; i < loops; i++) CHECK(house.jobs[static_cast<std::size_t>(i)]->exit_code() == 130);
  CHECK(house.abandoned == 0);
}

TEST_CASE("a job may be added while others run") {
  House house;
  ScriptedLoop first([](JobContext& context, int) -> Step { return {{}, context.clock.now() + 1h}; });
  ScriptedJob second([](JobContext&) -> Outcome { return {"done"}; });
  house.add("first", plan_for(first));
  house.begin();
  REQUIRE(eventually(20s, [&] { return first.steps == 1; }));
  const auto& job = house.add("second", plan_for(second));
  CHECK(eventually(20s, [&] { return job.exit_code() == 0; }));
}

TEST_CASE("a lost job fails and is not tried again before it returns, and others go on") {
  House house;
  std::atomic<bool> is_released = false;
  std::atomic<int> begun = 0;
  Pacer stuck([&](JobContext& context, int step) {
    begun++;
    context.status.ready();
    if (step == 2) eventually(60s, [&] { return is_released.load(); });
    context.cancel.throw_if_cancelled();
  });
  Pacer other;
  Policy policy;
  policy.attempt_timeout = 30s;
  auto& job = house.add("stuck", plan_for(stuck, policy));
  house.add("other", plan_for(other));
  const auto wait_long = [&] {
    const int before = other.taken;
    house.h.clock.advance(10s);
    return eventually(20s, [&] { return other.taken > before; });
  };

  house.begin();
  REQUIRE(eventually(20s, [&] { return stuck.taken == 1 && other.taken == 1; }));
  CHECK(eventually(20s, [&] { return job.health().is_ready(); }));
  REQUIRE(wait_long());
  REQUIRE(eventually(20s, [&] { return begun == 2; }));
  for (int i = 0; i < 5; i++) REQUIRE(wait_long());
  CHECK(eventually(20s, [&] { return house.tells("sidekick_job_lost{job=\"stuck\"} 1"); }));
  CHECK_FALSE(job.health().is_ready());
  REQUIRE(eventually(20s, [&] { return house.h.log.lines(LogLevel::error).size() == 1; }));
  CHECK(house.h.log.lines(LogLevel::error)[0].find("did not stop in time after the request to stop") !=
        std::string::npos);

  for (int i = 0; i < 30; i++) REQUIRE(wait_long());
  CHECK(begun == 2);
  CHECK(house.abandoned == 0);

  is_released = true;
  CHECK(eventually(20s, [&] { return house.tells("sidekick_job_lost{job=\"stuck\"} 0"); }));
  REQUIRE(wait_long());
  CHECK(eventually(20s, [&] { return begun == 3; }));
  CHECK(eventually(20s, [&] { return job.health().is_ready(); }));
}

TEST_CASE("a job that stays lost ends the process with 70") {
  House house(10min);
  std::atomic<bool> is_released = false;
  ScriptedJob stuck([&](JobContext&) -> Outcome {
    eventually(60s, [&] { return is_released.load(); });
    throw Error(ErrorKind::cancelled, "released");
  });
  auto& job = house.add("stuck", plan_for(stuck));
  house.begin();
  REQUIRE(eventually(20s, [&] { return stuck.runs == 1; }));
  job.stop();
  REQUIRE(eventually(20s, [&] {
    house.h.clock.advance(1s);
    return house.tells("sidekick_job_lost{job=\"stuck\"} 1");
  }));
  CHECK(house.abandoned == 0);
  house.h.clock.advance(9min);
  CHECK(house.abandoned == 0);
  house.h.clock.advance(2min);
  CHECK(eventually(20s, [&] { return house.abandoned == 70; }));
  is_released = true;
}

TEST_CASE("a process that is told to end gives a lost job its time again, and then ends under it") {
  House house;
  std::atomic<bool> is_released = false;
  ScriptedJob stuck([&](JobContext&) -> Outcome {
    eventually(60s, [&] { return is_released.load(); });
    return {"late"};
  });
  auto& job = house.add("stuck", plan_for(stuck));
  house.begin();
  REQUIRE(eventually(20s, [&] { return stuck.runs == 1; }));
  job.stop();
  REQUIRE(eventually(20s, [&] {
    house.h.clock.advance(1s);
    return house.tells("sidekick_job_lost{job=\"stuck\"} 1");
  }));
  house.h.interrupt.raise(SIGINT);
  CHECK(eventually(20s, [&] {
    house.h.clock.advance(1s);
    return house.abandoned == 130;
  }));
  is_released = true;
}

TEST_CASE("a process of one job waits for its lost attempt until the time of the job is over") {
  House house;
  std::atomic<bool> is_released = false;
  ScriptedJob stuck([&](JobContext&) -> Outcome {
    eventually(60s, [&] { return is_released.load(); });
    throw Error(ErrorKind::cancelled, "released");
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  policy.timeout = 5min;
  house.add("stuck", plan_for(stuck, policy));
  house.begin();
  REQUIRE(eventually(20s, [&] { return stuck.runs == 1; }));
  house.h.clock.advance(30s);
  REQUIRE(eventually(20s, [&] {
    house.h.clock.advance(1s);
    return house.tells("sidekick_job_lost{job=\"stuck\"} 1");
  }));
  CHECK(house.abandoned == 0);
  house.h.clock.advance(5min);
  CHECK(eventually(20s, [&] { return house.abandoned == 124; }));
  is_released = true;
}

TEST_CASE("a process of one job that is over does not wait for what that does not let go") {
  struct Clinging final : OneShotJob {
    explicit Clinging(std::atomic<bool>& released) : is_released(released) {}
    ~Clinging() override {
      eventually(60s, [&] { return is_released.load(); });
    }
    Outcome run(JobContext&) override { throw Error(ErrorKind::config, "two sources"); }
    std::atomic<bool>& is_released;
  };
  std::atomic<bool> is_released = false;
  House house;
  JobPlan plan;
  plan.job = std::make_unique<Clinging>(is_released);
  house.add("stuck", std::move(plan));
  house.begin();
  CHECK(eventually(20s, [&] {
    house.h.clock.advance(1s);
    return house.abandoned == 78;
  }));
  is_released = true;
}

TEST_CASE("a descriptor makes the next step of a loop due at once") {
  Harness h("sync");
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const Fd reading(ends[0]), writing(ends[1]);
  for (const auto at : {5s, 7s}) h.clock.at(at, [&] { REQUIRE(::write(writing.get(), "x", 1) == 1); });
  h.clock.at(2h, [&] { h.interrupt.raise(SIGTERM); });
  std::vector<Clock::duration> steps;
  ScriptedLoop job([&](JobContext& context, int) -> Step {
    steps.push_back(h.clock.elapsed());
    char byte = 0;
    while (::read(reading.get(), &byte, 1) == 1) continue;
    return {{}, context.clock.now() + 1h, reading.get()};
  });
  CHECK(h.run(plan_for(job)) == 143);
  CHECK(steps == std::vector<Clock::duration>{0s, 5s, 7s, 7s + 1h});
}

TEST_CASE("steps that find nothing start no thread and write no line") {
  Harness h("sync");
  std::set<std::string> early;
  ScriptedLoop job([&](JobContext& context, int step) -> Step {
    if (step == 10) early = threads();
    if (step == 1000) {
      CHECK(threads() == early);
      h.interrupt.raise(SIGTERM);
    }
    return {{}, context.clock.now() + 1s};
  });
  Policy policy;
  policy.attempt_timeout = 30s;
  CHECK(h.run(plan_for(job, policy)) == 143);
  CHECK(h.log.events().size() == 1);
}

TEST_CASE("a loop keeps its pace on the machine's own clock", "[pace]") {
  SystemClock clock;
  Harness h("sync");
  auto process = ProcessContext(h.process());
  const ProcessContext real{.clock = clock,
                            .log = process.log,
                            .interrupt = process.interrupt,
                            .metrics = process.metrics,
                            .waker = process.waker,
                            .random = process.random,
                            .make_display = process.make_display,
                            .last_word = process.last_word};
  ScriptedLoop loop([&](JobContext& context, int step) -> Step {
    if (step == 500) h.interrupt.raise(SIGTERM);
    return {{}, context.clock.now() + 2ms};
  });
  RunningJob job("sync", real);
  Policy policy;
  policy.attempt_timeout = 30s;
  job.start(plan_for(loop, policy));
  Scheduler scheduler(clock, h.interrupt, h.waker, {.abandon = [](int) {}});
  scheduler.add(job);
  scheduler.run();
  CHECK(job.exit_code() == 143);
}
