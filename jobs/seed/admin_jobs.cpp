#include "seed/admin_jobs.hpp"

#include <memory>

#include "lease/lease.hpp"
#include "mongo/persevere.hpp"
#include "restore/server.hpp"
#include "seed/collections.hpp"
#include "seed/ledger.hpp"

namespace sidekick::seed {

using mongo::Bson;

namespace {

using OwnedPool = std::unique_ptr<mongo::Pool, mongo::DestroyInBackground>;

Ledger ledger_in(mongo::Pool& pool, const restore::Server& server) {
  return {pool, server.replica_set ? Ledger::Server::replica_set : Ledger::Server::standalone};
}

Error being_worked_on(const Entry& entry) {
  return {ErrorKind::temporary, "cannot forget seed '" + entry.name + "': '" + entry.holder_text + "' is working on it",
          "stop that process first", Retry::never};
}

/// The sources of a written plan go first: a holder that sleeps in the middle of it then finds nothing to rename.
void remove_staging(const Entry& entry, Collections& collections, JobContext& context) {
  for (const auto& ns : entry.staging) mongo::persevere(context, [&] { collections.drop(ns); });
}

void write_forgotten(Ledger& ledger, const std::string& name, const HolderId& mine, JobContext& context) {
  mongo::persevere(context, [&] {
    const auto entry = ledger.read(name);
    if (!entry || entry->holder != mine)
      throw Error(ErrorKind::temporary, "another process took over the seed '" + name + "'", {}, Retry::never);
    if (entry->forgotten && entry->staging.empty()) return;
    if (!ledger.write(forgotten(*entry)))
      throw Error(ErrorKind::temporary, "the entry of seed '" + name + "' changed meanwhile");
  });
}

Bson to_bson(const Entry& entry) {
  std::vector<Bson> collections;
  collections.reserve(entry.targets.size());
  for (const auto& ns : entry.targets) collections.push_back(Bson().append("ns", ns.text()));
  Bson out;
  out.append("name", entry.name).append("state", entry.state()).append("sha256", entry.content.sha256);
  out.append("label", entry.content.label).append("documents", static_cast<std::int64_t>(entry.documents));
  out.append_array("collections", collections).append("since", entry.at).append("by", entry.by);
  out.append("milliseconds", static_cast<std::int64_t>(entry.seconds * 1000));
  return std::move(out.append("held_by", entry.held ? entry.holder_text : std::string()));
}

}  // namespace

Outcome StatusJob::run(JobContext& context) {
  const OwnedPool pool(new mongo::Pool(connection_, context.cancel));
  const auto server = restore::find_server(*pool, context);
  const auto entries = ledger_in(*pool, server).entries();
  show_(entries);
  return {"seeds in the ledger: " + std::to_string(entries.size())};
}

Outcome ForgetJob::run(JobContext& context) {
  const auto& name = settings_.name;
  const OwnedPool pool(new mongo::Pool(settings_.connection, context.cancel));
  const auto server = restore::find_server(*pool, context);
  auto ledger = ledger_in(*pool, server);
  const auto found = ledger.read(name);
  if (!found)
    throw Error(ErrorKind::no_input, "there is no seed '" + name + "' in the ledger",
                "'sidekick seed status' lists them");
  if (found->forgotten && found->staging.empty()) return {"seed '" + name + "' is forgotten already"};
  // Longer than it takes to see that a holder is dead.
  const auto give_up = context.clock.now() + std::chrono::milliseconds(found->lease) * 3 / 2 + std::chrono::seconds(1);
  const auto lease = lease::Lease::acquire(ledger_records(*pool, name), {name, settings_.holder, settings_.lease},
                                           context.clock, give_up, context.cancel, context.log);
  if (!lease) throw being_worked_on(ledger.read(name).value_or(*found));
  Collections collections(*pool, server.wire_version, context.log);
  const HolderId mine{lease->number(), lease->id()};
  remove_staging(ledger.read(name).value_or(*found), collections, context);
  write_forgotten(ledger, name, mine, context);
  return {"forgot seed '" + name + "'; its collections stay as they are"};
}

Entry forgotten(const Entry& entry) {
  Entry out{.name = entry.name, .revision = entry.revision + 1, .holder = entry.holder, .ledger = entry.ledger};
  out.forgotten = true;
  return out;
}

std::string status_json(const std::vector<Entry>& entries) {
  std::vector<Bson> seeds;
  seeds.reserve(entries.size());
  for (const auto& entry : entries) seeds.push_back(to_bson(entry));
  const auto all = Bson().append_array("seeds", seeds);
  const std::unique_ptr<char, decltype(&bson_free)> text(bson_as_relaxed_extended_json(all.get(), nullptr), bson_free);
  return std::string(text.get()) + "\n";
}

}  // namespace sidekick::seed
