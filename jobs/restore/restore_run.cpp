#include "restore/restore_run.hpp"

#include <algorithm>

#include "mongo/persevere.hpp"
#include "mongo/proof.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::DumpEvent;

namespace {

std::string plural(std::uint64_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

}  // namespace

RestoreRun::RestoreRun(const Settings& settings, JobContext& context)
    : settings_(settings),
      context_(context),
      pool_owner_(new mongo::Pool(settings.connection, context.cancel)),
      pool_(*pool_owner_),
      write_concern_(mongo::write_concern(settings.connection, pool_.uri())) {}

std::size_t RestoreRun::count(Role role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(plan_.targets, [&](const auto& target) { return target && target->role == role; }));
}

void RestoreRun::open() {
  dump_ = open_dump(settings_, context_.cancel);
  plan_ = make_plan(settings_, dump_->collections());
  for (const auto& name : plan_.passed_over)
    context_.log.warn("collection belongs to the server it was dumped from and is left out", {{"collection", name}});
}

void RestoreRun::connect() {
  server_ = find_server(pool_, context_);
  check_server_can_hold(server_, plan_, settings_);
}

bool RestoreRun::would_lose_documents() {
  const auto client = pool_.client();
  existing_ = list_existing(client, plan_);
  return settings_.drop && first_with_documents(client, plan_, existing_).has_value();
}

void RestoreRun::prepare() {
  begun_ = true;
  prepare_collections(pool_, plan_, existing_, settings_, server_, write_concern_, context_);
  mongo::persevere(context_, [&] { drop_temporary_users(pool_.client(), plan_, write_concern_); });
  if (settings_.restore_indexes) catalog_ = IndexCatalog(plan_);
}

void RestoreRun::before_oplog(Writer& writer) {
  writer.drain();
  if (plan_.restores(Role::users) || plan_.restores(Role::roles)) {
    auth_schema_.check();
    merge_users(pool_.client(), plan_, settings_, write_concern_, context_);
  }
}

void RestoreRun::take_document(Writer& writer, const DumpEvent& event) {
  const auto& target = plan_.targets[event.collection];
  if (target && target->role != Role::oplog && target->role != Role::auth_version) {
    if (oplog_)
      throw Error(ErrorKind::data, "the dump is damaged: documents of '" + target->ns.text() + "' follow the oplog");
    writer.take(*dump_, *target, event.bytes);
    return;
  }
  if (scratch_.size() < event.bytes) scratch_.resize(event.bytes);
  const auto document = std::span(scratch_).first(event.bytes);
  dump_->read_document(document);
  if (target && target->role == Role::auth_version) auth_schema_.see(document);
  if (!target || target->role != Role::oplog) return;
  if (!oplog_) {
    before_oplog(writer);
    oplog_client_.emplace(pool_.client());
    oplog_.emplace(*oplog_client_, catalog_, settings_, write_concern_, context_);
  }
  oplog_->apply(document);
}

void RestoreRun::restore() {
  Writer writer(pool_, settings_, server_, write_concern_, tally_, context_);
  for (auto event = dump_->next(); event.kind != DumpEvent::Kind::end; event = dump_->next()) {
    context_.cancel.throw_if_cancelled();
    if (event.kind == DumpEvent::Kind::document)
      take_document(writer, event);
    else
      writer.flush();
    context_.status.progress({dump_->position(), dump_->size(), "bytes"});
  }
  if (oplog_)
    oplog_->finish();
  else
    before_oplog(writer);
  writer.finish();
  if (settings_.restore_indexes)
    indexes_ = build_indexes(pool_, catalog_, settings_, server_, write_concern_, context_);
  sync_journal();
}

// A standalone acknowledges before its journal is on disk. One write that waits for the journal covers all before
// it, also one that finds nothing to delete.
void RestoreRun::sync_journal() {
  if (server_.replica_set) return;
  std::string db = "admin";
  for (const auto& target : plan_.targets)
    if (target && target->is_created()) db = target->ns.db;
  const auto nothing = Bson().append("q", Bson().append("_id", "nothing has this id")).append("limit", 1);
  const auto command = Bson()
                           .append("delete", "sidekick.sync")
                           .append_array("deletes", {nothing})
                           .append("writeConcern", Bson().append("w", 1).append("j", true));
  mongo::persevere(context_, [&] { pool_.client().run(db, command, "cannot sync the journal"); });
  check_same_process(pool_, server_);
}

Outcome RestoreRun::outcome() const {
  if (tally_.rejected() > 0) {
    std::string message =
        plural(tally_.rejected(), "document") + " of " +
        plural(tally_.rejected() + tally_.inserted + tally_.already_there + tally_.kept + tally_.replaced, "document") +
        " not stored";
    const auto reasons = tally_.first_reasons();
    for (std::size_t i = 0; i < reasons.size(); i++) message += (i == 0 ? ": " : "; ") + reasons[i];
    throw Error(ErrorKind::data, message, "-v lists all of them");
  }
  std::string summary = "restored " + plural(tally_.inserted, "document");
  if (tally_.already_there > 0) summary += ", " + std::to_string(tally_.already_there) + " already there";
  if (tally_.kept > 0) summary += ", " + std::to_string(tally_.kept) + " kept as they were";
  if (tally_.replaced > 0) summary += ", " + std::to_string(tally_.replaced) + " replaced";
  summary += " in " + plural(count(Role::collection) + count(Role::time_series), "collection");
  if (const auto views = count(Role::view)) summary += ", " + plural(views, "view");
  if (indexes_ > 0) summary += ", " + std::to_string(indexes_) + (indexes_ == 1 ? " index" : " indexes");
  if (oplog_) summary += ", " + std::to_string(oplog_->applied()) + " oplog entries";
  return {summary};
}

std::string RestoreRun::changes() const {
  if (!begun_) return "nothing was changed";
  return "by then " + plural(tally_.inserted + tally_.replaced, "document") + " had been stored";
}

Outcome RestoreRun::rehearse() {
  mongo::prove(*dump_);
  for (const auto& target : plan_.targets)
    if (target && target->is_created()) context_.log.info("would restore", {{"collection", target->ns.text()}});
  return {"the dump is whole; nothing was changed: " +
          plural(count(Role::collection) + count(Role::time_series), "collection") + " and " +
          plural(count(Role::view), "view") + " would be restored"};
}

}  // namespace sidekick::restore
