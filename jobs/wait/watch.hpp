/// Looking at one thing again and again until it is as it is wanted.
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

/// What all watches of a job share. It outlives the job where a look-up of a name does: that can be neither cancelled
/// nor waited for.
class Goal final {
 public:
  Goal(const Settings& settings, std::size_t watches);

  Settings::Until until() const noexcept { return until_; }
  std::chrono::milliseconds stable() const noexcept { return stable_; }

  /// One watch is where it should be. All members are safe from any thread.
  void one_met() noexcept;
  /// One that was is so no more. Once enough are at the same time, nothing undoes it.
  void one_lost() noexcept;
  /// One watch can never be.
  void fail(Error error) noexcept;
  /// Ends all watches.
  void give_up() noexcept { over_.cancel(); }

  /// Cancelled once it is met, failed or given up.
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

/// One thing that is waited for.
class Watch final {
 public:
  Watch(std::string name, std::unique_ptr<Probe> probe, std::shared_ptr<Goal> goal)
      : name_(std::move(name)), probe_(std::move(probe)), goal_(std::move(goal)) {}

  /// Looks at once, then again after 50 ms, doubled up to 1 s, until the goal is over; what has held for Goal::stable()
  /// counts until it does not hold any more. To be run by one thread of its own. Never throws.
  void run() noexcept;

  const std::string& name() const noexcept { return name_; }
  /// Why it is still waited for; nothing while it is as it should be. Safe from any thread.
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
