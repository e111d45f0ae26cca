/// The job `verify`: proves a backup whole, without a server.
#pragma once

#include <functional>

#include "filters/source.hpp"
#include "sidekick/job.hpp"
#include "verify/report.hpp"
#include "verify/settings.hpp"

namespace sidekick::verify {

/// A one-shot job that reads and writes nothing. Its outcome is that all is whole; `show` is told what there is just
/// before. Errors: no_input, denied, io, cancelled, and data with the place of the damage. Standard input is read once:
/// no error of it may be tried again.
class VerifyJob final : public OneShotJob {
 public:
  /// Proves a tar, as CountFiles does, for as long as it is not cancelled.
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
