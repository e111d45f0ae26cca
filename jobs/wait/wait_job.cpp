#include "wait/wait_job.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"
#include "wait/probe.hpp"
#include "wait/watch.hpp"

namespace sidekick::wait {

namespace {

using namespace std::chrono_literals;

constexpr Clock::duration between_reports = 10s;
constexpr Clock::duration until_next_start = 1s;

std::string spoken(Clock::duration time) {
  const auto ms = std::chrono::round<std::chrono::milliseconds>(time).count();
  return ms % 1'000 == 0 ? std::to_string(ms / 1'000) + " s" : std::to_string(ms) + " ms";
}

/// All targets, and the threads that watch them.
class Watches {
 public:
  explicit Watches(const Settings& settings)
      : until_(settings.until), goal_(std::make_shared<Goal>(settings, settings.urls.size())) {
    for (const auto& url : settings.urls)
      all_.push_back(std::make_shared<Watch>(redact_url(url.reveal()), make_probe(url, settings), goal_));
  }
  ~Watches() { goal_->give_up(); }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  /// Starts those that do not run yet. False where there was no thread left for all, as under a pids limit.
  bool start() {
    for (; started_ < all_.size(); started_++) try {
        std::thread([watch = all_[started_]] { watch->run(); }).detach();
      } catch (const std::system_error&) {
        return false;
      }
    return true;
  }

  Goal& goal() noexcept { return *goal_; }

  /// "'tcp://db:5432' (Connection refused)" for each that is missing.
  std::string missing() const {
    std::string out;
    for (const auto& watch : all_)
      if (const auto reason = watch->missing())
        out += (out.empty() ? "'" : ", '") + watch->name() + "' (" + *reason + ")";
    return out;
  }

  /// "'tcp://db:5432' is there after 20 ms"
  std::string met_after(Clock::duration time) const {
    std::string out;
    std::size_t met = 0;
    for (const auto& watch : all_)
      if (!watch->missing()) out += (met++ == 0 ? "'" : ", '") + watch->name() + "'";
    const std::string_view state = until_ == Settings::Until::there ? " there" : " gone";
    return out.append(met > 1 ? " are" : " is")
        .append(state)
        .append(time < 1ms ? " at once" : " after " + spoken(time));
  }

  Error out_of_time(std::chrono::milliseconds timeout) const {
    return {ErrorKind::timeout,
            std::string(until_ == Settings::Until::there ? "not there" : "not gone") + " within " + spoken(timeout) +
                ": " + missing(),
            "set the limit with --timeout; 0 waits for ever", Retry::never};
  }

 private:
  Settings::Until until_;
  std::shared_ptr<Goal> goal_;
  std::vector<std::shared_ptr<Watch>> all_;
  std::size_t started_ = 0;
};

}  // namespace

WaitJob::WaitJob(Settings settings) : settings_(std::move(settings)) {
  for (const auto& url : settings_.urls) make_probe(url, settings_);
}

Outcome WaitJob::run(JobContext& context) {
  Watches watches(settings_);
  const auto begun = context.clock.now();
  auto report = begun + between_reports;
  bool all_run = watches.start();
  const auto over = watches.goal().over();
  for (;;) {
    const auto end = settings_.timeout ? begun + *settings_.timeout : Clock::time_point::max();
    auto next = std::min(report, end);
    if (!all_run) next = std::min(next, context.clock.now() + until_next_start);
    const bool is_over = wait_ready(over.fd(), POLLIN, next, context.cancel);
    const int reason = errno;
    // Also after success: a stopped process does not become the command.
    context.ending.throw_if_cancelled();
    if (context.cancel.cancelled()) throw Error(ErrorKind::timeout, "still waiting for " + watches.missing());
    if (is_over) break;
    if (reason != ETIMEDOUT) throw error_from_errno("cannot wait", reason);
    const auto now = context.clock.now();
    if (now >= end) throw watches.out_of_time(*settings_.timeout);
    if (!all_run) all_run = watches.start();
    if (now < report) continue;
    context.log.info("still waiting for " + watches.missing());
    report += between_reports;
  }
  if (const auto failure = watches.goal().failure()) throw Error(*failure);
  return {watches.met_after(context.clock.now() - begun)};
}

}  // namespace sidekick::wait
