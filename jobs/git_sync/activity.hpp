/// What a sync is busy with, to be told when its time runs out.
#pragma once

#include <string>
#include <utility>

#include "sidekick/job.hpp"

namespace sidekick::git_sync {

/// Passes progress on, and remembers it together with what was begun last. For one thread.
class Activity final : public StatusSink {
 public:
  /// `status` outlives it.
  explicit Activity(StatusSink& status) : status_(status) {}

  /// From now on the sync does `what`: "waiting for the gate".
  void begin(std::string what) {
    what_ = std::move(what);
    received_bytes_ = 0;
  }

  /// "receiving objects (4096 bytes so far)"; empty before anything was begun.
  std::string text() const {
    return received_bytes_ == 0 ? what_ : what_ + " (" + std::to_string(received_bytes_) + " bytes so far)";
  }

  void progress(const Progress& progress) noexcept override {
    received_bytes_ = progress.done;
    status_.progress(progress);
  }
  void ready() noexcept override { status_.ready(); }

 private:
  StatusSink& status_;
  std::string what_;
  std::uint64_t received_bytes_ = 0;
};

}  // namespace sidekick::git_sync
