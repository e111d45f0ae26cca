/// The job `restore`: restores a dump into MongoDB completely, or reports what is missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "restore/own_collections.hpp"
#include "restore/settings.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// A one-shot job. Killed at any instruction and run again with the same settings, it ends with the content of the
/// dump: what is stored with the same bytes counts as stored, and existing indexes and collections stay. With --drop
/// nothing is dropped before the server was found writable and, where documents would be lost and the input can be read
/// twice, the input was verified. Errors: those of the dump (no_input, data, denied, io), of the server (unavailable,
/// denied, data, config), cancelled; temporary, without a retry, where another process replaced a collection that this
/// one found at its start or created: in all its attempts the job changes only what this process created, and drops
/// only what it found or created. Once standard input was read from, no error is retried.
class RestoreJob final : public OneShotJob {
 public:
  explicit RestoreJob(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(JobContext& context) override;

  /// After a success: how many documents of the dump each collection got, by its name on the server.
  const std::map<mongo::Namespace, std::uint64_t>& documents() const noexcept { return documents_; }

 private:
  Outcome attempt(JobContext& context);
  void prove_first(JobContext& context);

  Settings settings_;
  OwnCollections own_;
  std::map<mongo::Namespace, std::uint64_t> documents_;
  bool proven_ = false;
  bool input_used_ = false;
  bool begun_ = false;                  ///< an attempt may have written: existing documents may be ours
  std::optional<Outcome> unconfirmed_;  ///< the last step, which ends our login, got no answer
};

}  // namespace sidekick::restore
