#include "restore/restore_run.hpp"

#include <algorithm>

#include "mongo/legacy_indexes.hpp"
#include "mongo/listed.hpp"
#include "mongo/persevere.hpp"
#include "mongo/proof.hpp"
#include "sidekick/error.hpp"
#include "sidekick/plural.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::DumpEvent;

RestoreRun::RestoreRun(const Settings& settings, OwnCollections& own, JobContext& context)
    : settings_(settings),
      context_(context),
      pool_owner_(new mongo::Pool(settings.connection, context.cancel)),
      pool_(*pool_owner_),
      write_concern_(mongo::write_concern(settings.connection, pool_.uri())),
      guard_(own, context) {}

std::size_t RestoreRun::count(Role role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(plan_.targets, [&](const auto& target) { return target && target->role == role; }));
}

void RestoreRun::open() {
  dump_ = open_dump(settings_, context_.cancel);
  plan_ = make_plan(settings_, dump_->collections());
  documents_.assign(plan_.targets.size(), 0);
  name_what_is_left_out();
}

void RestoreRun::name_what_is_left_out() const {
  if (!plan_.passed_over.empty())
    context_.log.warn("skipping collections that belong to the dumped server",
                      {{"collections", mongo::listed(plan_.passed_over)}});
  if (!plan_.without_documents.empty())
    context_.log.warn("the dump has no documents of these collections: restoring only options and indexes",
                      {{"collections", mongo::listed(plan_.without_documents)}});
  if (!plan_.unasked_logins.empty())
    context_.log.warn("skipping the users and roles in the dump of a database",
                      {{"collections", mongo::listed(plan_.unasked_logins)},
                       {"hint", "--restoreDbUsersAndRoles with --db restores them"}});
  if (!dump_->passed_over().empty())
    context_.log.warn("skipping files that are not part of the dump", {{"files", mongo::listed(dump_->passed_over())}});
}

void RestoreRun::take_legacy_index(const Target& target, mongo::Bytes document) {
  auto [ns, spec] = mongo::parse_legacy_index(document, target.ns.db);
  const auto& collections = dump_->collections();
  const auto found = std::ranges::find(collections, ns, &mongo::DumpCollection::ns);
  if (found == collections.end()) {
    context_.log.warn("skipping the index of a collection that is not in the dump",
                      {{"collection", ns.text()}, {"index", mongo::text_of(spec.get(), "name")}});
    return;
  }
  const auto& owner = plan_.targets[static_cast<std::size_t>(found - collections.begin())];
  if (!owner || !owner->is_created()) return;
  refuse_legacy_keys(settings_, ns, {spec});
  catalog_.add(owner->ns, {spec});
}

void RestoreRun::connect() {
  server_ = find_server(pool_, context_);
  check_server_can_hold(server_, plan_, settings_);
}

bool RestoreRun::would_lose_documents() {
  const auto client = pool_.client();
  existing_ = list_existing(client, plan_);
  guard_.begin(client, server_, plan_, existing_);
  return settings_.drop && first_with_documents(client, plan_, existing_).has_value();
}

/// A server that rejects options or indexes of a newer one does not say why.
template <class Step>
void RestoreRun::telling_versions(const std::string& flag, Step step) const try {
  step();
} catch (const Error& error) {
  const auto made_by = parse_version(dump_->server_version());
  const bool is_newer =
      std::pair(made_by.major, made_by.minor) > std::pair(server_.version.major, server_.version.minor);
  if (error.kind() != ErrorKind::data || !error.hint().empty() || !is_newer) throw;
  throw Error(error.kind(), error.message(),
              "the dump is of a server " + dump_->server_version() + " and this one is " + server_.version_text +
                  ": restore into a server of that version, or exclude what this one does not support with " + flag);
}

void RestoreRun::try_options() {
  telling_versions("--noOptionsRestore",
                   [&] { restore::try_options(pool_, plan_, settings_, server_, write_concern_, context_); });
}

std::optional<mongo::Namespace> RestoreRun::first_not_empty() {
  const auto client = pool_.client();
  existing_ = list_existing(client, plan_);
  return restore::first_not_empty(client, existing_);
}

void RestoreRun::prepare() {
  begun_ = true;
  if (settings_.if_empty)
    mongo::persevere(context_, [&] { mark(RestoreMark::begin, pool_.client(), plan_, guard_, write_concern_); });
  telling_versions("--noOptionsRestore",
                   [&] { prepare_collections(pool_, plan_, guard_, settings_, server_, write_concern_, context_); });
  if (logins_) logins_->drop_temporary();
  if (settings_.restore_indexes) catalog_ = IndexCatalog(plan_);
}

mongo::Bytes RestoreRun::read_document(const DumpEvent& event) {
  if (scratch_.size() < event.bytes) scratch_.resize(event.bytes);
  const auto document = std::span(scratch_).first(event.bytes);
  dump_->read_document(document);
  return document;
}

/// False where the event is not a document of users, roles or their version; it is then unchanged.
bool RestoreRun::take_login(const DumpEvent& event) {
  if (event.kind != DumpEvent::Kind::document) return false;
  const auto& target = plan_.targets[event.collection];
  if (!target || (!target->holds_users() && target->role != Role::auth_version)) return false;
  const auto document = read_document(event);
  if (target->role == Role::auth_version)
    auth_schema_.see(document);
  else
    logins_->take(*target, document);
  return true;
}

bool RestoreRun::restores_logins() const {
  return plan_.restores(Role::users) || plan_.restores(Role::roles);
}

void RestoreRun::read_logins() {
  if (!restores_logins() && !plan_.restores(Role::oplog)) return;
  logins_.emplace(pool_, guard_, plan_, settings_, write_concern_, context_);
  logins_->begin();
  if (!restores_logins()) return;
  for (;;) {
    context_.cancel.throw_if_cancelled();
    const auto event = dump_->next();
    if (take_login(event)) continue;
    const bool is_written = event.kind == DumpEvent::Kind::document && plan_.targets[event.collection];
    if (!is_written && event.kind == DumpEvent::Kind::document) read_document(event);
    if (!is_written && event.kind != DumpEvent::Kind::end) continue;
    next_event_ = event;
    break;
  }
  if (!auth_schema_.is_known() && can_be_read_twice(settings_)) find_auth_schema();
  if (logins_->any() || auth_schema_.is_known()) auth_schema_.check();
}

/// The schema may come after the documents that depend on it.
void RestoreRun::find_auth_schema() {
  if (!plan_.restores(Role::auth_version)) return;
  const auto dump = open_dump(settings_, context_.cancel);
  std::vector<std::uint8_t> document;
  for (auto event = dump->next(); event.kind != DumpEvent::Kind::end; event = dump->next()) {
    if (event.kind != DumpEvent::Kind::document) continue;
    document.resize(event.bytes);
    dump->read_document(document);
    const auto& target = plan_.targets[event.collection];
    if (!target || target->role != Role::auth_version) continue;
    auth_schema_.see(document);
    if (auth_schema_.is_known()) return;
  }
}

void RestoreRun::take_document(Writer& writer, const DumpEvent& event) {
  if (take_login(event)) return;
  const auto& target = plan_.targets[event.collection];
  if (target && target->is_created()) {
    if (oplog_)
      throw Error(ErrorKind::data, "the dump is damaged: documents of '" + target->ns.text() + "' follow the oplog");
    writer.take(*dump_, *target, event.bytes);
    documents_[event.collection]++;
    return;
  }
  const auto document = read_document(event);
  if (!target) return;
  if (target->role == Role::legacy_indexes) return take_legacy_index(*target, document);
  if (!oplog_) {
    writer.drain();
    oplog_client_.emplace(pool_.client());
    oplog_.emplace(*oplog_client_, catalog_, guard_, settings_, write_concern_, context_);
  }
  oplog_->apply(document);
}

void RestoreRun::restore() {
  Writer writer(pool_, guard_, settings_, server_, write_concern_, tally_, context_);
  std::optional<std::uint64_t> reported;
  for (auto event = next_event_ ? *next_event_ : dump_->next(); event.kind != DumpEvent::Kind::end;
       event = dump_->next()) {
    context_.cancel.throw_if_cancelled();
    if (event.kind == DumpEvent::Kind::document)
      take_document(writer, event);
    else
      writer.flush();
    // The input is read in large pieces, so most documents do not change the position.
    if (const auto position = dump_->position(); position != reported) {
      context_.status.progress({position, dump_->size(), "bytes"});
      reported = position;
    }
  }
  writer.finish();
  if (oplog_) oplog_->finish();
  if (settings_.restore_indexes)
    telling_versions("--noIndexRestore", [&] {
      indexes_ = build_indexes(pool_, catalog_, guard_, settings_, server_, write_concern_, context_);
    });
  sync_journal();
  mongo::persevere(context_, [&] { guard_.confirm_all(pool_.client()); });
  if ((settings_.if_empty || is_marked(existing_)) && tally_.rejected() == 0) end_mark();
  restore_logins();
}

void RestoreRun::end_mark() {
  if (!settings_.if_empty && settings_.selects_some())
    return context_.log.warn(
        "a restore with --if-empty has not ended in this database: its next run restores what is missing",
        {{"mark", "sidekick.unfinished"}});
  mongo::persevere(context_, [&] { mark(RestoreMark::end, pool_.client(), plan_, guard_, write_concern_); });
}

/// The last step: it may end the login that it uses.
void RestoreRun::restore_logins() {
  if (!logins_) return;
  if (logins_->any()) auth_schema_.check();
  if (oplog_) logins_->take(oplog_->take_login_operations());
  logins_->merge(!server_.replica_set);
}

// A standalone acknowledges before its journal is on disk. One command that waits for the journal covers all before
// it, also one that finds nothing to do. The role restore may run collMod and no update, the role readWrite the
// reverse.
void RestoreRun::sync_journal() {
  if (server_.replica_set) return;
  std::optional<std::string> db;
  for (const auto& target : plan_.targets)
    if (target && target->is_created()) db = target->ns.db;
  if (!db && !oplog_) return;
  const auto concern = Bson().append("w", 1).append("j", true);
  const auto update = Bson()
                          .append("q", Bson().append("_id", Bson().append_array("$in", {})))
                          .append("u", Bson().append("$set", Bson().append("a", 0)));
  const auto run = [&](Bson command) {
    command.append("writeConcern", concern);
    return mongo::persevere(context_, [&] {
      return pool_.client().run(db.value_or("admin"), command, "cannot sync the journal",
                                {mongo::namespace_not_found, mongo::unauthorized});
    });
  };
  const auto denied = [](const Bson& reply) { return mongo::number_of(reply.get(), "code") == mongo::unauthorized; };
  if (denied(run(std::move(Bson().append("collMod", "sidekick.sync")))) &&
      denied(run(std::move(Bson().append("update", "sidekick.sync").append_array("updates", {update})))))
    context_.log.warn("this user may not wait for the server's journal",
                      {{"hint",
                        "grant the role restore, or readWrite on the database: a power cut within 100 ms may "
                        "lose documents"}});
  check_same_process(pool_, server_);
}

Outcome RestoreRun::outcome() const {
  if (tally_.rejected() > 0) {
    std::string message = plural(tally_.rejected(), "document") + " of " +
                          plural(tally_.rejected() + tally_.inserted + tally_.already_there + tally_.unread +
                                     tally_.kept + tally_.replaced,
                                 "document") +
                          " not stored";
    const auto reasons = tally_.first_reasons();
    for (std::size_t i = 0; i < reasons.size(); i++) message += (i == 0 ? ": " : "; ") + reasons[i];
    throw Error(ErrorKind::data, message, "-v lists all of them");
  }
  std::string summary = "restored " + plural(tally_.inserted, "document");
  if (tally_.already_there > 0) summary += ", " + std::to_string(tally_.already_there) + " already there";
  if (tally_.kept > 0) summary += ", " + std::to_string(tally_.kept) + " kept unchanged";
  if (tally_.unread > 0) {
    summary += ", " + std::to_string(tally_.unread) + " whose _id existed";
    context_.log.warn(
        "documents whose _id exists were not compared: this user cannot read them",
        {{"documents", tally_.unread.load()}, {"hint", "grant readWrite on the database to have them compared"}});
  }
  if (tally_.replaced > 0) summary += ", " + std::to_string(tally_.replaced) + " replaced";
  summary += " in " + plural(count(Role::collection) + count(Role::time_series), "collection");
  if (const auto views = count(Role::view)) summary += ", " + plural(views, "view");
  if (indexes_ > 0) summary += ", " + std::to_string(indexes_) + (indexes_ == 1 ? " index" : " indexes");
  if (logins_ && logins_->users() > 0) summary += ", " + plural(logins_->users(), "user");
  if (logins_ && logins_->roles() > 0) summary += ", " + plural(logins_->roles(), "role");
  if (oplog_) summary += ", " + std::to_string(oplog_->applied()) + " oplog entries";
  const bool all_there = tally_.inserted == 0 && tally_.already_there > 0 && tally_.kept + tally_.replaced == 0;
  if (all_there && !settings_.drop)
    context_.log.info("every document existed already",
                      {{"hint", "--if-empty skips a database that holds documents, without comparing them"}});
  return {summary};
}

std::map<mongo::Namespace, std::uint64_t> RestoreRun::documents() const {
  std::map<mongo::Namespace, std::uint64_t> out;
  for (std::size_t i = 0; i < plan_.targets.size(); i++)
    if (const auto& target = plan_.targets[i]; target && target->is_created()) out[target->ns] = documents_[i];
  return out;
}

std::string RestoreRun::changes() const {
  if (!begun_) return "nothing was changed";
  return "until then " + plural(tally_.inserted + tally_.replaced, "document") + " had been stored";
}

Outcome RestoreRun::rehearse() {
  if (restores_logins() && can_be_read_twice(settings_)) {
    find_auth_schema();
    if (auth_schema_.is_known()) auth_schema_.check();
  }
  mongo::prove(*dump_);
  for (const auto& target : plan_.targets)
    if (target && target->is_created()) context_.log.info("would restore", {{"collection", target->ns.text()}});
  return {"the dump is complete; nothing was changed: " +
          plural(count(Role::collection) + count(Role::time_series), "collection") + " and " +
          plural(count(Role::view), "view") + " would be restored"};
}

}  // namespace sidekick::restore
