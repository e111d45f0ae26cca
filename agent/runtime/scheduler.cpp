#include "agent/runtime/scheduler.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include "sidekick/exceptions.hpp"
#include "sidekick/try_thread.hpp"

namespace sidekick::runtime {

namespace {

constexpr auto never = Clock::time_point::max();
constexpr std::size_t most_waiting = 2;

Clock::time_point later(Clock::time_point time, Clock::duration by) {
  return time > never - by ? never : time + by;
}

}  // namespace

/// A job that has not ended. Guarded by the lock of the scheduler.
struct Scheduler::Slot {
  explicit Slot(RunningJob& of) : job(of) {}

  bool is_due(Clock::time_point now) const {
    if (is_in_turn) return false;
    return next.due <= now || was_woken || (next.by_trigger && job.trigger().is_raised()) || job.interrupt().signal();
  }

  RunningJob& job;
  NextTurn next;
  bool was_woken = false;  ///< by its descriptor
  unsigned turns = 0;      ///< how many have begun

  void forget_cancellation() {
    cancelled.reset();
    was_late = false;
  }

  // Of the turn that it has.
  bool is_in_turn = false;
  TurnLimits limits{};
  std::optional<Clock::time_point> cancelled;  ///< when
  bool was_late = false;
  bool is_deaf = false;  ///< its descriptor came during the turn, which reads it
};

/// What one thread waits for.
struct Scheduler::Wait {
  struct Watched {
    std::shared_ptr<Slot> slot;
    unsigned turns;
  };

  bool has(int fd) const {
    return std::ranges::any_of(events, [&](const pollfd& event) { return event.fd == fd; });
  }

  Clock::time_point until;
  std::vector<pollfd> events;    ///< the waker, the process's interrupt, and those of `watched`
  std::vector<Watched> watched;  ///< whose descriptors the others are
};

Scheduler::Scheduler(Clock& clock, Interrupt& process, Waker& waker, Rules rules)
    : clock_(clock), process_(process), waker_(waker), rules_(std::move(rules)) {}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  called_for_.notify_all();
  waker_.wake();
}

void Scheduler::add(RunningJob& job) {
  auto slot = std::make_shared<Slot>(job);
  slot->next.due = clock_.now();
  const std::lock_guard lock(mutex_);
  slots_.push_back(std::move(slot));
  if (!waits_.empty()) waker_.wake();
}

void Scheduler::run() noexcept {
  Lock lock(mutex_);
  serve(Caller::runner, lock);
}

void Scheduler::help() noexcept {
  Lock lock(mutex_);
  if (called_ > 0) called_--;
  serve(Caller::helper, lock);
}

void Scheduler::serve(Caller caller, Lock& lock) {
  while (!closing_ && (caller == Caller::helper || !slots_.empty())) {
    oversee();
    if (const auto slot = due_slot(caller, clock_.now())) {
      take_turn(slot, lock);
      continue;
    }
    try {
      wait(caller, lock);
    } catch (const std::bad_alloc&) {
      wait_for_memory(lock);
    }
  }
}

/// Waits a second for memory. Called with the lock held, before a wait is planned.
void Scheduler::wait_for_memory(Lock& lock) {
  lock.unlock();
  clock_.poll_until(clock_.now() + std::chrono::seconds(1), {});
  lock.lock();
}

std::shared_ptr<Scheduler::Slot> Scheduler::due_slot(Caller caller, Clock::time_point now) const {
  const auto found = std::ranges::find_if(slots_, [&](const auto& slot) {
    return slot->is_due(now) && (caller == Caller::runner || !wakes_runner(*slot, now));
  });
  return found == slots_.end() ? nullptr : *found;
}

/// True if the runner waits and wakes up for this job, which is due.
bool Scheduler::wakes_runner(const Slot& slot, Clock::time_point now) const {
  if (runner_wait_ == nullptr) return false;
  return slot.next.due > now || runner_wait_->until <= now;
}

/// Cancels the turns that are to end, and judges those that do not.
void Scheduler::oversee() {
  const auto now = clock_.now();
  const bool ends_now = !saw_interrupt_ && process_.signal();
  saw_interrupt_ = saw_interrupt_ || ends_now;
  for (const auto& slot : slots_) {
    if (!slot->is_in_turn) continue;
    if (ends_now) slot->forget_cancellation();  // a lost job gets the same time to stop as the others
    const bool is_over = slot->limits.deadline && now >= *slot->limits.deadline;
    const bool is_stopped = slot->job.interrupt().signal().has_value();
    if (!slot->cancelled && (is_over || is_stopped)) {
      slot->cancelled = now;
      if (!is_stopped) slot->job.time_is_up();
    }
    if (slot->cancelled) judge(*slot, now);
  }
}

void Scheduler::judge(Slot& slot, Clock::time_point now) {
  const auto late = *slot.cancelled + slot.limits.let_go;
  if (now < late) return;
  const bool may_be_lost = rules_.lost_after && !is_over(slot, now);
  if (slot.was_late) {
    if (rules_.lost_after && !may_be_lost) rules_.abandon(slot.limits.late_code);
    if (may_be_lost && now >= later(late, *rules_.lost_after)) rules_.abandon(info(ErrorKind::internal).exit_code);
    return;
  }
  slot.was_late = true;
  const auto signal = may_be_lost ? process_.signal() : slot.job.interrupt().signal();
  if (may_be_lost && !signal) return slot.job.lost();
  rules_.abandon(signal ? 128 + *signal : slot.limits.late_code);
}

/// True if the time of the only job is over.
bool Scheduler::is_over(const Slot& slot, Clock::time_point now) const {
  return slots_.size() == 1 && slot.limits.end && now >= *slot.limits.end;
}

void Scheduler::take_turn(const std::shared_ptr<Slot>& slot, Lock& lock) {
  slot->limits = slot->job.begin_turn();
  slot->is_in_turn = true;
  slot->was_woken = false;
  slot->turns++;
  const bool must_be_watched = slot->limits.deadline || slots_.size() > 1;
  if (!ensure_watch(*slot) && must_be_watched)
    slot->job.refuse_turn(as_error(std::system_error(EAGAIN, std::generic_category())));
  lock.unlock();
  const auto next = slot->job.turn();
  lock.lock();
  slot->next = next;
  slot->is_in_turn = slot->is_deaf = false;
  slot->forget_cancellation();
  if (!next.ended) return;
  slot->job.end(*next.ended);
  slots_.remove(slot);
  if (slots_.empty()) waker_.wake();
}

/// Makes sure that a thread waits while this one takes the turn of `except`. False if no thread is available.
bool Scheduler::ensure_watch(const Slot& except) {
  const auto until = std::min(next_event(&except), except.limits.deadline.value_or(never));
  return called_ > 0 || is_covered(until, &except) || call_helper();
}

bool Scheduler::is_covered(Clock::time_point time, const Slot* except) const {
  return std::ranges::any_of(waits_, [&](const Wait* wait) {
    return wait->until <= time && std::ranges::all_of(slots_, [&](const auto& slot) {
             return slot.get() == except || slot->is_in_turn || slot->next.wake_fd < 0 || wait->has(slot->next.wake_fd);
           });
  });
}

bool Scheduler::call_helper() {
  called_++;
  if (parked_ > 0) {
    called_for_.notify_one();
    return true;
  }
  try {
    if (try_thread(helpers_, [this] { help(); })) return true;
  } catch (const std::bad_alloc&) {
    return called_--, false;
  }
  called_--;
  return false;
}

/// Blocks a helper that has nothing to wait for; call_helper() wakes it.
void Scheduler::park(Lock& lock) {
  parked_++;
  called_for_.wait(lock, [this] { return called_ > 0 || closing_; });
  parked_--;
  if (called_ > 0) called_--;
}

void Scheduler::wait(Caller caller, Lock& lock) {
  auto until = next_event(nullptr);
  const bool helps = caller == Caller::helper;
  if (helps && runner_wait_ != nullptr && until <= clock_.now()) return park(lock);
  if (helps && is_covered(until, nullptr)) {
    if (waits_.size() >= most_waiting) return park(lock);
    // Waiting for the same event would wake two threads: wait for what comes while the other takes that turn.
    until = event_after_next();
  }
  const auto wait = plan_wait(until);
  const auto place = waits_.insert(waits_.end(), wait.get());
  if (!helps) runner_wait_ = wait.get();
  lock.unlock();
  const bool came = clock_.poll_until(until, wait->events);
  lock.lock();
  waits_.erase(place);
  if (!helps) runner_wait_ = nullptr;
  if (!came) return;
  note_events(*wait);
  // The event has woken the runner too, which handles it.
  if (runner_wait_ != nullptr && !closing_) park(lock);
}

std::unique_ptr<Scheduler::Wait> Scheduler::plan_wait(Clock::time_point until) const {
  auto wait = std::make_unique<Wait>();
  wait->until = until;
  wait->events = {{waker_.fd(), POLLIN, 0}, {saw_interrupt_ ? -1 : process_.token().fd(), POLLIN, 0}};
  for (const auto& slot : slots_) {
    if (slot->next.wake_fd < 0 || slot->is_deaf) continue;
    wait->events.push_back({slot->next.wake_fd, POLLIN, 0});
    wait->watched.push_back({slot, slot->turns});
  }
  return wait;
}

void Scheduler::note_events(const Wait& wait) {
  // While closing, the waker stays readable for all threads.
  if (wait.events.front().revents != 0 && runner_wait_ == nullptr && !closing_) waker_.clear();
  for (std::size_t i = 0; i < wait.watched.size(); i++) {
    const auto& [slot, turns] = wait.watched[i];
    if (wait.events[i + 2].revents == 0) continue;
    if (slot->is_in_turn)
      slot->is_deaf = true;  // until the turn has read it
    else if (slot->turns == turns)
      slot->was_woken = true;
  }
}

Clock::time_point Scheduler::event_of(const Slot& slot, Clock::time_point now) const {
  if (!slot.is_in_turn) return slot.is_due(now) ? now : slot.next.due;
  if (!slot.cancelled) return slot.limits.deadline.value_or(never);
  const auto late = *slot.cancelled + slot.limits.let_go;
  if (!slot.was_late) return late;
  if (!rules_.lost_after) return never;
  const auto end = slots_.size() == 1 ? slot.limits.end.value_or(never) : never;
  return std::min(later(late, *rules_.lost_after), end);
}

Clock::time_point Scheduler::next_event(const Slot* except) const {
  const auto now = clock_.now();
  auto next = never;
  for (const auto& slot : slots_)
    if (slot.get() != except) next = std::min(next, event_of(*slot, now));
  return next;
}

Clock::time_point Scheduler::event_after_next() const {
  const auto now = clock_.now();
  const auto first = std::ranges::min_element(slots_, {}, [&](const auto& slot) { return event_of(*slot, now); });
  if (first == slots_.end()) return never;
  const auto others = next_event(first->get());
  const auto limit = (*first)->job.usual_limit();
  if ((*first)->is_in_turn || !limit) return others;
  return std::min(others, later(event_of(**first, now), *limit));
}

}  // namespace sidekick::runtime
