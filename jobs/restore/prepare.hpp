/// Dropping and creating collections and views before their documents come.
#pragma once

#include <map>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// What stands at the server under the names that a plan uses.
using Existing = std::map<mongo::Namespace, mongo::Bson>;  ///< the entry of listCollections

/// All of the plan's databases. Throws Error as Client::run does.
Existing list_existing(const mongo::Client& client, const Plan& plan);

/// The first collection of the plan that is there and holds a document, or nothing.
std::optional<mongo::Namespace> first_with_documents(const mongo::Client& client, const Plan& plan,
                                                     const Existing& existing);

/// Drops (with --drop) and creates all that the plan restores: collections in parallel, then views. What is there and
/// is of the same kind stays. System collections are never dropped, nor what `guard` does not allow. Repeatable at any
/// point. Throws Error: data where the server refuses options or a name is taken by something of another kind; those of
/// CollectionGuard.
void prepare_collections(mongo::Pool& pool, const Plan& plan, CollectionGuard& guard, const Settings& settings,
                         const Server& server, const mongo::Bson& write_concern, JobContext& context);

}  // namespace sidekick::restore
