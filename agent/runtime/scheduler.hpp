/// Runs the jobs of a process: waits for all of them, and gives each a thread while it has a turn.
#pragma once

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/runtime/interrupt.hpp"
#include "agent/runtime/running_job.hpp"
#include "agent/runtime/waker.hpp"

namespace sidekick::runtime {

/// A waiting thread waits for every job at once: for the time, for triggers, for descriptors, and for turns that take
/// too long. When a job is due the thread takes the turn itself, as long as another thread waits; so a turn that finds
/// nothing costs one wait. Threads are started when turns overlap, and are kept.
///
/// A turn is cancelled at its limit, and when its job or the process is stopped. One that has not returned in time then
/// is late: where the process was stopped, or all the time of its only job is over, the process ends. Otherwise the
/// job is lost: it reports that it fails, nothing else of it begins, and the process ends with 70 when it has not
/// returned after `lost_after`, so that the orchestrator starts a clean one.
///
/// Where no thread is available, a turn of the only job runs unwatched if it has no time limit. Any other turn fails,
/// and is retried as after other transient failures.
class Scheduler final {
 public:
  struct Rules {
    std::function<void(int)> abandon;  ///< ends the process at once; called with the scheduler locked
    /// How long a late job may be lost. Absent: the process ends for every late turn.
    std::optional<std::chrono::milliseconds> lost_after{};
  };
  static constexpr std::chrono::minutes usual_lost_after{10};

  /// What is given outlives the scheduler.
  Scheduler(Clock& clock, Interrupt& process, Waker& waker, Rules rules);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// The job is due at once. From any thread. It outlives the scheduler.
  void add(RunningJob& job);

  /// Returns when every job that was added has ended. The calling thread takes turns too. Never throws.
  void run() noexcept;

 private:
  struct Slot;
  struct Wait;
  enum class Caller { runner, helper };
  using Lock = std::unique_lock<std::mutex>;
  using Slots = std::list<std::shared_ptr<Slot>>;

  void serve(Caller caller, Lock& lock);
  void help() noexcept;
  void oversee();
  void judge(Slot& slot, Clock::time_point now);
  bool is_over(const Slot& slot, Clock::time_point now) const;
  std::shared_ptr<Slot> due_slot(Caller caller, Clock::time_point now) const;
  bool wakes_runner(const Slot& slot, Clock::time_point now) const;
  void take_turn(const std::shared_ptr<Slot>& slot, Lock& lock);
  bool ensure_watch(const Slot& except);
  bool call_helper();
  void wait(Caller caller, Lock& lock);
  void wait_for_memory(Lock& lock);
  void park(Lock& lock);
  std::unique_ptr<Wait> plan_wait(Clock::time_point until) const;
  void note_events(const Wait& wait);
  bool is_covered(Clock::time_point time, const Slot* except) const;
  Clock::time_point event_of(const Slot& slot, Clock::time_point now) const;
  Clock::time_point next_event(const Slot* except) const;
  Clock::time_point event_after_next() const;

  Clock& clock_;
  Interrupt& process_;
  Waker& waker_;
  const Rules rules_;

  std::mutex mutex_;
  std::condition_variable called_for_;
  int called_ = 0;  ///< helpers that have been called and do not wait yet
  int parked_ = 0;  ///< helpers that have nothing to wait for
  bool closing_ = false;
  bool saw_interrupt_ = false;
  Slots slots_;
  std::list<Wait*> waits_;       ///< of the threads that wait now
  Wait* runner_wait_ = nullptr;  ///< the wait of the thread that called run(), which has precedence
  std::vector<std::jthread> helpers_;
};

}  // namespace sidekick::runtime
