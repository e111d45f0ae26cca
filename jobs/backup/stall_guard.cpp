#include "backup/stall_guard.hpp"

#include <string>

#include "sidekick/duration.hpp"
#include "sidekick/error.hpp"

namespace sidekick::backup {

class StallGuard::Watched final : public filters::Sink {
 public:
  Watched(StallGuard& guard, filters::Sink& next) : guard_(guard), next_(next) {}

  void write(std::span<const std::uint8_t> bytes) override {
    guard_.bytes_ += bytes.size();
    guard_.pauses_++;
    next_.write(bytes);
    guard_.pauses_++;
  }

  void finish() override {
    guard_.pauses_++;
    next_.finish();
    guard_.pauses_++;
  }

 private:
  StallGuard& guard_;
  filters::Sink& next_;
};

StallGuard::StallGuard(Clock& clock, std::chrono::milliseconds window, const CancelToken& parent)
    : clock_(clock), window_(window), source_(parent), thread_([this] { watch(); }) {}

StallGuard::~StallGuard() {
  finished_.cancel();
  thread_.join();
}

void StallGuard::watch() {
  auto bytes = bytes_.load();
  while (clock_.wait_for(window_, finished_.token()) == Wake::due) {
    const auto now = bytes_.load();
    const bool is_taken = pauses_ % 2 == 1;
    if (now - bytes < least_bytes && !is_taken) {
      stalled_ = true;
      source_.cancel();
      return;
    }
    bytes = now;
  }
}

void StallGuard::run(const std::function<void()>& work) try { work(); } catch (const Error& error) {
  if (!stalled_ || error.kind() != ErrorKind::cancelled) throw;
  throw Error(ErrorKind::timeout,
              "the storage has stalled: " + std::to_string(bytes_) + " bytes so far, fewer than " +
                  std::to_string(least_bytes) + " in the last " + format_duration(window_),
              "try again, or give a longer --stall-timeout", Retry::never);
}

std::unique_ptr<filters::Sink> StallGuard::watched(filters::Sink& next) {
  return std::make_unique<Watched>(*this, next);
}

}  // namespace sidekick::backup
