/// Checks one target repeatedly until it is in the expected state.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

/// Shared by all watches of a job. Outlives the job where a name lookup does: that can be neither cancelled nor joined.
class Goal final {
 public:
  Goal(const Settings& settings, std::size_t watches);

  Settings::Until until() const noexcept { return until_; }
  std::chrono::milliseconds stable() const noexcept { return stable_; }

  /// One watch is in the expected state. All members are safe from any thread.
  void one_met() noexcept;
  /// One watch has left it. Once enough are in it at the same time, the result is final.
  void one_lost() noexcept;
  /// One watch can never get there.
  void fail(Error error) noexcept;
  /// Ends all watches.
  void give_up() noexcept { over_.cancel(); }

  /// Cancelled once it is met, failed or abandoned.
  CancelToken over() const { return over_.token(); }
  bool met() const;
  std::optional<Error> failure() const;

 private:
  Settings::Until until_;
  std::chrono::milliseconds stable_;
  mutable std::mutex mutex_;
  std::size_t missing_;
  std::optional<Error> failure_;
  CancelSource over_;
};

/// One target.
class Watch final {
 public:
  Watch(std::string name, std::unique_ptr<Probe> probe, std::shared_ptr<Goal> goal)
      : name_(std::move(name)), probe_(std::move(probe)), goal_(std::move(goal)) {}

  /// Checks at once, then again after 50 ms, doubled up to 1 s, until the goal is over; a target counts once it stayed
  /// available for Goal::stable(). Runs in its own thread. Never throws.
  void run() noexcept;

  const std::string& name() const noexcept { return name_; }
  /// Why it is still missing; nothing while it is in the expected state. Safe from any thread.
  std::optional<std::string> missing() const;

 private:
  void watch();
  std::optional<std::string> look(const CancelToken& cancel);
  void note(std::optional<std::string> missing);

  std::string name_;
  std::unique_ptr<Probe> probe_;
  std::shared_ptr<Goal> goal_;
  mutable std::mutex mutex_;
  std::optional<std::string> missing_ = "no answer yet";
};

}  // namespace sidekick::wait
