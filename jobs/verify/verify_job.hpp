/// The job `verify`: checks a backup from end to end, without a server.
#pragma once

#include <functional>

#include "filters/source.hpp"
#include "sidekick/job.hpp"
#include "verify/report.hpp"
#include "verify/settings.hpp"

namespace sidekick::verify {

/// A one-shot job that only reads. Success means that everything is complete; `show` gets the report just before.
/// Errors: no_input, denied, io, cancelled, and data with the position of the damage. Standard input is read once: none
/// of its errors is retried.
class VerifyJob final : public OneShotJob {
 public:
  /// Verifies a tar, as CountFiles does, until it is cancelled.
  using ProveTar = std::function<std::uint64_t(filters::Source&, const std::string& name, const CancelToken&)>;

  VerifyJob(Settings settings, ProveTar prove_tar, std::function<void(const Report&)> show)
      : settings_(std::move(settings)), prove_tar_(std::move(prove_tar)), show_(std::move(show)) {}
  Outcome run(JobContext& context) override;

 private:
  Report prove(JobContext& context) const;

  Settings settings_;
  ProveTar prove_tar_;
  std::function<void(const Report&)> show_;
};

}  // namespace sidekick::verify
