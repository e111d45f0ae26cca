/// The jobs behind `seed status` and `seed forget`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mongo/connection.hpp"
#include "seed/entry.hpp"
#include "sidekick/job.hpp"

namespace sidekick::seed {

/// Reads the whole ledger.
class StatusJob final : public OneShotJob {
 public:
  using Show = std::function<void(const std::vector<Entry>&)>;

  /// `show` is called once, with the entries by name.
  StatusJob(mongo::Connection connection, Show show) : connection_(std::move(connection)), show_(std::move(show)) {}

  /// Throws Error as the server does: unavailable, denied.
  Outcome run(JobContext& context) override;

 private:
  const mongo::Connection connection_;
  const Show show_;
};

/// Which entry to forget, and who does it.
struct ForgetSettings {
  mongo::Connection connection;
  std::string name;
  std::string holder;  ///< for people: host and process
  std::chrono::seconds lease{15};
};

/// Marks an entry as forgotten, and removes what an unfinished seed has built. The collections in place stay: for the
/// next seed they are data that no ledger explains. Takes the lease first, so that no earlier holder can go on.
class ForgetJob final : public OneShotJob {
 public:
  explicit ForgetJob(ForgetSettings settings) : settings_(std::move(settings)) {}

  /// Throws Error: no_input where there is no such entry, temporary (without a retry) where another process holds the
  /// lease, and as the server does.
  Outcome run(JobContext& context) override;

 private:
  const ForgetSettings settings_;
};

/// The entry with nothing in place and nothing under way, with the revision after it. Pure.
Entry forgotten(const Entry& entry);

/// One JSON object on one line: {"seeds":[{"name":…}]}.
std::string status_json(const std::vector<Entry>& entries);

}  // namespace sidekick::seed
