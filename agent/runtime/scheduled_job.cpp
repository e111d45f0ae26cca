#include "agent/runtime/scheduled_job.hpp"

#include <algorithm>
#include <utility>

#include "sidekick/utc.hpp"

namespace sidekick::runtime {

ScheduledJob::ScheduledJob(OneShotJob& job, Timetable timetable, std::function<double()> random,
                           std::function<bool()> is_triggered)
    : job_(job),
      timetable_(std::move(timetable)),
      agenda_(timetable_.schedule, schedule::TimeZone::named(timetable_.zone), timetable_.jitter, std::move(random)),
      is_triggered_(std::move(is_triggered)) {}

Step ScheduledJob::step(JobContext& context) {
  const bool is_triggered = is_triggered_();
  if (!has_begun_) begin(context);
  if (agenda_.is_due(now())) {
    begin_run(Cause::due, *agenda_.scheduled(), context);
    agenda_.pass(now());
  } else if (is_triggered && !is_in_run_) {
    begin_run(Cause::asked_for, now(), context);
  }
  Outcome outcome;
  const auto here = context.clock.now();
  if (is_in_run_ && next_attempt().value_or(here) <= here) outcome = attempt(context);
  return {std::move(outcome), next_look(context.clock.now())};
}

void ScheduledJob::begin(JobContext& context) {
  const auto last = timetable_.records != nullptr ? timetable_.records->last_run(context) : std::nullopt;
  const auto here = now();
  if (timetable_.start == Timetable::Start::at_once)
    begin_run(Cause::asked_for, here, context);
  else if (last && agenda_.is_missed(*last, here))
    begin_run(Cause::missed, here, context);
  agenda_.begin(here, last);
  context.log.info("waiting for the next scheduled run",
                   {{"schedule", timetable_.schedule.text()},
                    {"next", agenda_.scheduled() ? utc_text(*agenda_.scheduled()) : "never"},
                    {"zone", timetable_.zone.empty() ? "UTC" : timetable_.zone},
                    {"storage", timetable_.records != nullptr ? timetable_.records->kept_in() : ""}});
  context.status.ready();
  has_begun_ = true;
}

void ScheduledJob::begin_run(Cause cause, Time due, JobContext& context) {
  is_in_run_ = true;
  if (timetable_.records == nullptr) return;
  schedule::Run run{.cause = cause};
  // What is due every so often counts from the last run, also from that of another process.
  if (cause != Cause::asked_for)
    run.is_due_after = [this, due](Time last) { return last < due && agenda_.is_missed(last, now()); };
  timetable_.records->begin_run(run, context);
}

Outcome ScheduledJob::attempt(JobContext& context) {
  try {
    auto outcome = job_.run(context);
    is_in_run_ = next_attempt().has_value();
    note_skipped(context);
    return outcome;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) note_skipped(context);
    throw;
  }
}

void ScheduledJob::note_skipped(JobContext& context) {
  const auto skipped = agenda_.pass(now());
  if (skipped == 0) return;
  context.log.warn("runs were due while another was running: they are skipped", {{"runs", skipped}});
  if (timetable_.records != nullptr) timetable_.records->skipped(skipped, context);
}

Clock::time_point ScheduledJob::give_up(Clock::time_point now) {
  is_in_run_ = false;
  return next_look(now);
}

std::optional<Clock::time_point> ScheduledJob::next_attempt() const {
  return timetable_.records != nullptr ? timetable_.records->next_attempt() : std::nullopt;
}

Clock::time_point ScheduledJob::next_look(Clock::time_point here) const {
  const auto look = here + agenda_.until_next_look(now());
  return is_in_run_ ? std::min(look, next_attempt().value_or(look)) : look;
}

}  // namespace sidekick::runtime
