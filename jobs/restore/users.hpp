/// Users and roles: collected in temporary collections, then merged by the server.
#pragma once

#include "mongo/client.hpp"
#include "restore/plan.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// Empties the temporary collections that the plan's users and roles go to. Throws Error as Client::run does.
void drop_temporary_users(const mongo::Client& client, const Plan& plan, const mongo::Bson& write_concern);

/// Remembers the schema of the dump's users from its admin.system.version documents.
class AuthSchema final {
 public:
  void see(mongo::Bytes version_document);

  /// Throws Error of kind data where the users are of a schema that no server of today takes.
  void check() const;

 private:
  static constexpr int current = 5;
  std::optional<std::int64_t> version_;
};

/// Makes the server take over what the temporary collections hold, and drops those. With --drop users and roles that
/// the dump does not have are removed: all, or those of --db. Repeatable. Throws Error as Client::run does.
void merge_users(const mongo::Client& client, const Plan& plan, const Settings& settings,
                 const mongo::Bson& write_concern, JobContext& context);

}  // namespace sidekick::restore
