/// Which of a schedule's times has come, by a wall clock that may jump.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "schedule/schedule.hpp"

namespace sidekick::schedule {

/// Not thread safe. Reads no clock: whoever asks tells the time.
class Agenda final {
 public:
  using Time = Schedule::Time;

  /// Each time is put off by a random share of `jitter`; `random` gives numbers from 0 to 1.
  Agenda(Schedule schedule, TimeZone zone, std::chrono::seconds jitter, std::function<double()> random);

  /// Begins to count: from the `newest` run there was where the next one after that is still to come, else from `now`.
  void begin(Time now, std::optional<Time> newest);

  /// True when a time has come since the last call of begin() or pass(). Where the clock was set back, what comes
  /// sooner by its new time counts.
  bool is_due(Time now);

  /// Everything up to `now` is done with. Returns how many times had come since the last call.
  std::uint64_t pass(Time now);

  /// When to ask again at the latest: at the next time, and never later than after a minute.
  std::chrono::seconds until_next_look(Time now) const;

  /// True when a time has come after the `newest` backup was begun and before `now`.
  bool is_missed(Time newest, Time now) const;

  /// The time that comes next, or has come, as the schedule has it: without jitter.
  std::optional<Time> scheduled() const noexcept { return scheduled_; }

 private:
  void arm(Time after);

  Schedule schedule_;
  TimeZone zone_;
  std::chrono::seconds jitter_;
  std::function<double()> random_;
  std::optional<Time> scheduled_;  ///< as the schedule has it
  std::optional<Time> next_;       ///< the same, put off
};

}  // namespace sidekick::schedule
