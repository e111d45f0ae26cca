// One-shot jobs that are run on a schedule.
#include "agent/runtime/scheduled_job.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "tests/unit/runtime/harness.hpp"

using namespace sidekick;
using namespace sidekick::runtime;
using namespace sidekick::test;
using namespace std::chrono_literals;
using schedule::Schedule;

namespace {

constexpr auto day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);

/// A job of the one process, which begins at midnight UTC and is told to end after `length`.
class Days {
 public:
  explicit Days(std::string_view every, Clock::duration length = 72h)
      : timetable{.schedule = Schedule::parse(every), .zone = {}} {
    timetable.wall_clock = [this] { return wall(); };
    h.random = [] { return 0.5; };
    h.clock.at(length, [this] { h.interrupt.raise(SIGTERM); });
  }

  Schedule::Time wall() const { return day + std::chrono::floor<std::chrono::seconds>(h.clock.elapsed()); }

  int run(OneShotJob& job, const Policy& policy = {}) {
    auto plan = plan_for(job, policy);
    plan.timetable = timetable;
    return h.run(std::move(plan));
  }

  int run(const Policy& policy = {}) {
    ScriptedJob job([this](JobContext& context) -> Outcome {
      begun.push_back(wall() - day);
      if (work) work(context);
      return {"done"};
    });
    return run(job, policy);
  }

  bool tells(const std::string& series) const { return h.metrics.text().find(series + "\n") != std::string::npos; }

  Harness h{"report"};
  Timetable timetable;
  std::function<void(JobContext&)> work;
  std::vector<std::chrono::seconds> begun;
};

using Times = std::vector<std::chrono::seconds>;

/// What a job keeps in a test's hands.
class Records final : public schedule::RunRecords {
 public:
  std::optional<Schedule::Time> last_run(JobContext&) override {
    if (++looks <= failing_looks) throw Error(ErrorKind::unavailable, "storage away");
    return last;
  }
  std::string kept_in() const override { return "dir:/records"; }
  void begin_run(const schedule::Run& run, JobContext&) override { runs.push_back(run); }
  std::optional<Clock::time_point> next_attempt() const override { return held_until; }
  void skipped(std::uint64_t count, JobContext&) override { left_out += count; }

  std::optional<Schedule::Time> last;
  std::optional<Clock::time_point> held_until;
  std::vector<schedule::Run> runs;
  std::uint64_t left_out = 0;
  int looks = 0, failing_looks = 0;
};

}  // namespace

TEST_CASE("a job with a timetable runs when it is due, and is ready before") {
  Days days("0 3 * * *");
  days.h.clock.at(1h, [&] {
    CHECK(days.h.health().is_ready());
    CHECK(days.tells("sidekick_job_last_success_timestamp_seconds{job=\"report\"} 0"));
    CHECK(days.tells("sidekick_job_up{job=\"report\"} 1"));
  });
  CHECK(days.run() == 143);
  CHECK(days.begun == Times{3h, 27h, 51h});
  CHECK(days.h.log.lines(LogLevel::info).front().find("waiting for the next scheduled run") != std::string::npos);
}

TEST_CASE("a timetable is read in its time zone, and jitter puts a run off") {
  Days days("0 3 * * *", 24h);
  days.timetable.zone = "CET-1";
  days.timetable.jitter = 10min;
  days.run();
  CHECK(days.begun == Times{2h + 5min});
}

TEST_CASE("a timetable in an unknown time zone is refused") {
  Days days("0 3 * * *");
  days.timetable.zone = "Mars/Olympus";
  try {
    days.run();
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
  }
}

TEST_CASE("a trigger makes a run due now, and the timetable is kept") {
  Days days("@every 6h", 13h);
  days.h.clock.at(1h, [&] { days.h.trigger().raise(); });
  days.run();
  CHECK(days.begun == Times{1h, 6h, 12h});
}

TEST_CASE("a first run may be taken at the start") {
  Days days("0 3 * * *", 24h);
  days.timetable.start = Timetable::Start::at_once;
  days.run();
  CHECK(days.begun == Times{0h, 3h});
}

TEST_CASE("runs that become due while one goes on are skipped, and counted in the log") {
  Days days("*/10 * * * *", 59min);
  days.work = [&](JobContext&) {
    if (days.begun.size() == 1) days.h.clock.advance(35min);
  };
  days.run();
  CHECK(days.begun == Times{10min, 50min});
  REQUIRE(days.h.log.lines(LogLevel::warning).size() == 1);
  CHECK(days.h.log.lines(LogLevel::warning)[0].find("they are skipped") != std::string::npos);
  CHECK(days.h.log.lines(LogLevel::warning)[0].find("runs=3") != std::string::npos);
}

TEST_CASE("a run that fails is retried as long as its budget lasts, and the next one has a new budget") {
  Days days("0 */6 * * *", 19h);
  days.work = [&](JobContext&) {
    if (days.begun.size() < 7) throw Error(ErrorKind::unavailable, "server away");
  };
  days.h.clock.at(7h, [&] {
    CHECK_FALSE(days.h.health().is_ready());
    CHECK(days.tells("sidekick_job_up{job=\"report\"} 0"));
  });
  Policy policy;
  policy.retry.retries = 2;
  CHECK(days.run(policy) == 143);
  CHECK(days.begun.size() == 7);
  CHECK(days.begun.back() == 18h);
  CHECK(days.h.log.lines(LogLevel::error).size() == 2);
  CHECK(days.h.health().is_ready());
}

TEST_CASE("a run that no retry can mend fails at once, and the job goes on and is not parked") {
  Days days("0 */6 * * *", 13h);
  days.work = [](JobContext&) { throw Error(ErrorKind::data, "it is damaged"); };
  Policy policy;
  policy.after_permanent = AfterPermanent::park;
  CHECK(days.run(policy) == 143);
  CHECK(days.begun == Times{6h, 12h});
  CHECK_FALSE(days.h.health().is_parked());
}

TEST_CASE("a run that is to be tried on is retried until it succeeds") {
  Days days("0 6 * * *", 13h);
  days.timetable.after_failure = Timetable::AfterFailure::try_on;
  days.work = [&](JobContext&) {
    if (days.begun.size() < 40) throw Error(ErrorKind::data, "it is damaged");
  };
  Policy policy;
  policy.retry.retries = 0;
  CHECK(days.run(policy) == 143);
  CHECK(days.begun.size() == 40);
}

TEST_CASE("records that cannot be read at the start are asked again within the budget, and then end the job") {
  for (const auto& [failures, code] : {std::pair(2, 143), std::pair(1000, 69)}) {
    Days days("0 3 * * *", 24h);
    Records records;
    records.failing_looks = failures;
    days.timetable.records = &records;
    CHECK(days.run() == code);
    CHECK(days.begun.size() == (code == 143 ? 1 : 0));
  }
}

TEST_CASE("a run that was missed since the last one is made up for once") {
  for (const auto& [last, begun] : {std::pair(day - 22h, Times{0h, 3h}), std::pair(day - 20h, Times{3h})}) {
    Days days("0 3 * * *", 24h);
    Records records;
    records.last = last;
    days.timetable.records = &records;
    days.run();
    CHECK(days.begun == begun);
    using Cause = schedule::Run::Cause;
    CHECK(records.runs.front().cause == (begun.size() == 2 ? Cause::missed : Cause::due));
    CHECK(records.runs.back().cause == Cause::due);
  }
}

TEST_CASE("a job learns whether its run is still due when another process may have been sooner") {
  Days days("@every 2h", 3h);
  Records records;
  days.timetable.records = &records;
  days.work = [&](JobContext&) {
    CHECK(records.runs.back().is_due_after(day));
    CHECK_FALSE(records.runs.back().is_due_after(day + 10min));
    CHECK_FALSE(records.runs.back().is_due_after(day + 2h));
  };
  days.run();
  CHECK(days.begun == Times{2h});
}

TEST_CASE("the rest of a run is attempted no sooner than the job says") {
  Days days("0 3 * * *", 24h);
  Records records;
  days.timetable.records = &records;
  days.timetable.after_failure = Timetable::AfterFailure::try_on;
  days.work = [&](JobContext& context) {
    records.held_until.reset();
    if (days.begun.size() == 1) records.held_until = context.clock.now() + 10min;
    if (days.begun.size() == 1) throw Error(ErrorKind::data, "it is damaged");
    if (days.begun.size() == 2) records.held_until = context.clock.now() + 20min;
  };
  days.run();
  CHECK(days.begun == Times{3h, 3h + 10min, 3h + 30min});
  CHECK(records.runs.size() == 1);
}

TEST_CASE("skipped runs are told to the job") {
  Days days("*/10 * * * *", 55min);
  Records records;
  days.timetable.records = &records;
  days.work = [&](JobContext&) {
    if (days.begun.size() == 1) days.h.clock.advance(35min);
  };
  days.run();
  CHECK(records.left_out == 3);
}

TEST_CASE("a job follows its timetable on the machine's own clocks") {
  SystemClock clock;
  Harness h("report");
  const auto& process = h.process();
  const ProcessContext real{.clock = clock,
                            .log = process.log,
                            .interrupt = process.interrupt,
                            .metrics = process.metrics,
                            .waker = process.waker,
                            .random = process.random,
                            .make_display = process.make_display,
                            .last_word = process.last_word};
  ScriptedJob worker([&](JobContext&) -> Outcome {
    if (worker.runs == 2) h.interrupt.raise(SIGTERM);
    return {"done"};
  });
  RunningJob job("report", real);
  auto plan = plan_for(worker);
  plan.timetable = Timetable{.schedule = Schedule::parse("@every 1s"), .zone = {}};
  job.start(std::move(plan));
  Scheduler scheduler(clock, h.interrupt, h.waker, {.abandon = [](int) {}});
  scheduler.add(job);
  scheduler.run();
  CHECK(worker.runs == 2);
}
