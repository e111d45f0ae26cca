/// One attempt at a seed: drives a Holder against the server.
#pragma once

#include <memory>
#include <optional>

#include "lease/lease.hpp"
#include "restore/server.hpp"
#include "seed/collections.hpp"
#include "seed/ledger.hpp"
#include "seed/protocol.hpp"
#include "seed/settings.hpp"
#include "seed/source.hpp"
#include "sidekick/job.hpp"

namespace sidekick::seed {

/// Not thread safe. The references outlive it.
class SeedRun final {
 public:
  SeedRun(const Settings& settings, const Source& source, JobContext& context);

  /// As SeedJob::run().
  Outcome run();

 private:
  using OwnedPool = std::unique_ptr<mongo::Pool, mongo::DestroyInBackground>;

  std::optional<Outcome> settled_already();
  Outcome rehearse();
  Outcome seed();
  End drive(Holder& holder);
  Reply execute(const Command& command, const Holder& holder);
  Reply write(Entry entry, const Holder& holder);
  Reply begin_filling(const Fill& command, const Holder& holder);
  bool wait_for_answer(const Error& error);

  const Settings& settings_;
  const Source& source_;
  JobContext& context_;
  const Wanted wanted_;
  const Clock::time_point started_;
  OwnedPool pool_;       ///< ends with the job
  OwnedPool calm_pool_;  ///< goes on when the job is to end: a plan is completed, and staging is removed
  restore::Server server_;
  std::optional<Ledger> ledger_;
  std::optional<Collections> collections_;
  std::optional<Clock::time_point> failing_since_;
};

}  // namespace sidekick::seed
