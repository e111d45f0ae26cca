/// Dropping and creating collections and views before their documents come.
#pragma once

#include <map>

#include "mongo/client.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// What stands at the server under the names that a plan uses.
using Existing = std::map<mongo::Namespace, mongo::Bson>;  ///< the entry of listCollections

/// Throws Error as Client::run does.
Existing list_existing(const mongo::Client& client, const Plan& plan);

/// The first collection of the plan that is there and holds a document, or nothing.
std::optional<mongo::Namespace> first_with_documents(const mongo::Client& client, const Plan& plan,
                                                     const Existing& existing);

/// Drops (with --drop) and creates all that the plan restores: collections in parallel, then views. What is there and
/// is of the same kind stays. System collections are never dropped. Repeatable at any point. Throws Error: data where
/// the server refuses options or a name is taken by something of another kind.
void prepare_collections(mongo::Pool& pool, const Plan& plan, const Existing& existing, const Settings& settings,
                         const Server& server, const mongo::Bson& write_concern, JobContext& context);

/// Drops `ns`; that it is not there is no failure.
void drop_collection(const mongo::Client& client, const mongo::Namespace& ns, const mongo::Bson& write_concern);

}  // namespace sidekick::restore
