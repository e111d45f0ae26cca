/// Tells which run of a schedule is due, by a wall clock that may jump.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "schedule/schedule.hpp"

namespace sidekick::schedule {

/// Not thread safe. Does not read a clock: the caller passes the time.
class Agenda final {
 public:
  using Time = Schedule::Time;

  /// Each run is delayed by a random share of `jitter`; `random` returns numbers from 0 to 1.
  Agenda(Schedule schedule, TimeZone zone, std::chrono::seconds jitter, std::function<double()> random);

  /// Starts counting: from the `newest` run where its successor is still to come, else from `now`.
  void begin(Time now, std::optional<Time> newest);

  /// True when a run has become due since the last call of begin() or pass(). After the clock was set back, an earlier
  /// run by the new time counts.
  bool is_due(Time now);

  /// Marks everything up to `now` as done. Returns how many runs had become due since the last call.
  std::uint64_t pass(Time now);

  /// When to ask again at the latest: at the next run, and after a minute at most.
  std::chrono::seconds until_next_look(Time now) const;

  /// True when a run became due after the `newest` backup was started and before `now`.
  bool is_missed(Time newest, Time now) const;

  /// The next or currently due run according to the schedule, without jitter.
  std::optional<Time> scheduled() const noexcept { return scheduled_; }

 private:
  void arm(Time after);

  Schedule schedule_;
  TimeZone zone_;
  std::chrono::seconds jitter_;
  std::function<double()> random_;
  std::optional<Time> scheduled_;  ///< according to the schedule
  std::optional<Time> next_;       ///< the same with jitter
};

}  // namespace sidekick::schedule
