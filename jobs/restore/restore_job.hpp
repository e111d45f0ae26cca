/// The job `restore`: puts a dump into a MongoDB, whole, or says what is missing.
#pragma once

#include <optional>

#include "restore/own_collections.hpp"
#include "restore/settings.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// A one-shot job. Killed at any instruction and run again with the same settings it ends with the dump's content: what
/// is stored with the same bytes counts as stored, indexes and collections that are there are left as they are.
/// With --drop nothing is dropped before the server was found writable and, where documents would be lost and the input
/// can be read twice, the input was proven whole.
/// Errors: those of the dump (no_input, data, denied, io), of the server (unavailable, denied, data, config),
/// cancelled; temporary where another process replaced a collection that this one found at its start or created, which
/// is not tried again: only what this process created is changed, and only what it found or created is dropped, in
/// all its attempts. Once standard input was read from, no error may be tried again.
class RestoreJob final : public OneShotJob {
 public:
  explicit RestoreJob(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(JobContext& context) override;

 private:
  Outcome attempt(JobContext& context);
  void prove_first(JobContext& context);

  Settings settings_;
  OwnCollections own_;
  bool proven_ = false;
  bool input_used_ = false;
  bool begun_ = false;                  ///< an attempt may have written: what is there may be ours
  std::optional<Outcome> unconfirmed_;  ///< of an attempt whose last step, which ends our login, was not answered
};

}  // namespace sidekick::restore
