/// Drops and creates collections and views before their documents are stored.
#pragma once

#include <map>

#include "mongo/client.hpp"
#include "restore/collection_guard.hpp"
#include "restore/plan.hpp"
#include "restore/server.hpp"
#include "sidekick/job.hpp"

namespace sidekick::restore {

/// What exists on the server under the names of a plan.
using Existing = std::map<mongo::Namespace, mongo::Bson>;  ///< the entry of listCollections

/// All of the plan's databases. Throws Error as Client::run does.
Existing list_existing(const mongo::Client& client, const Plan& plan);

/// The first collection of the plan that exists and holds a document, or nothing.
std::optional<mongo::Namespace> first_with_documents(const mongo::Client& client, const Plan& plan,
                                                     const Existing& existing);

/// The first collection of a database of the plan, in the plan or not, that holds a document; nothing where there is
/// none, or where a restore with --if-empty was begun in one of the databases and has not ended. Throws Error as
/// Client::run does.
std::optional<mongo::Namespace> first_not_empty(const mongo::Client& client, const Existing& existing);

/// Whether a restore with --if-empty was begun in one of the databases and has not ended.
bool is_marked(const Existing& existing);

/// Records in each database of the plan that a restore with --if-empty has begun, or has ended: with a collection that
/// exists meanwhile and that `guard` knows. Repeatable. Throws Error as Client::run does.
enum class RestoreMark { begin, end };
void mark(RestoreMark state, const mongo::Client& client, const Plan& plan, CollectionGuard& guard,
          const mongo::Bson& write_concern);

/// Creates an empty collection or view with the options of each target, and drops it, so that options that this server
/// rejects are found before --drop removes documents. A killed process may leave an empty `sidekick.trial.N`, which the
/// next one removes. Throws Error: data where the server rejects options; as Client::run does.
void try_options(mongo::Pool& pool, const Plan& plan, const Settings& settings, const Server& server,
                 const mongo::Bson& write_concern, JobContext& context);

/// Drops (with --drop) and creates everything that the plan restores: collections in parallel, then views. Existing
/// ones of the same kind stay. Never drops system collections, nor what `guard` does not allow. Repeatable at any
/// point. Throws Error: data where the server rejects options or a name belongs to something of another kind; those of
/// CollectionGuard.
void prepare_collections(mongo::Pool& pool, const Plan& plan, CollectionGuard& guard, const Settings& settings,
                         const Server& server, const mongo::Bson& write_concern, JobContext& context);

}  // namespace sidekick::restore
