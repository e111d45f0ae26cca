#include "seed/seed_run.hpp"

#include <algorithm>

#include "seed/fill.hpp"
#include "seed/report.hpp"
#include "sidekick/utc.hpp"

namespace sidekick::seed {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s;        // more than an election takes
constexpr auto patience_at_end = 5s;  // the job is to end
constexpr Clock::duration pause = 100ms;

std::string now_text() {
  return utc_text(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

Ledger::Server kind_of(const restore::Server& server) {
  return server.replica_set ? Ledger::Server::replica_set : Ledger::Server::standalone;
}

void refuse_router(const restore::Server& server, const std::string& hosts) {
  if (!server.sharded) return;
  throw Error(ErrorKind::config, "cannot seed '" + hosts + "': it is a router of a sharded cluster",
              "seed supports a standalone server or a replica set");
}

}  // namespace

SeedRun::SeedRun(const Settings& settings, const Source& source, JobContext& context)
    : settings_(settings),
      source_(source),
      context_(context),
      wanted_{source.content, source.targets(), source.views, settings.policies},
      started_(context.clock.now()),
      pool_(new mongo::Pool(settings.restore.connection, context.cancel)) {}

Outcome SeedRun::run() {
  server_ = restore::find_server(*pool_, context_);
  refuse_router(server_, pool_->hosts());
  ledger_.emplace(*pool_, kind_of(server_));
  collections_.emplace(*pool_, server_.wire_version, context_.log);
  if (auto outcome = settled_already()) return *outcome;
  if (settings_.dry_run) return rehearse();
  calm_pool_.reset(new mongo::Pool(settings_.restore.connection, CancelToken()));
  ledger_.emplace(*calm_pool_, kind_of(server_));
  collections_.emplace(*calm_pool_, server_.wire_version, context_.log);
  return seed();
}

/// Whatever number of replicas finds the work done, none takes the lease for it.
std::optional<Outcome> SeedRun::settled_already() {
  const auto entry = ledger_->read(settings_.name);
  if (!entry || !may_be_settled(*entry)) return std::nullopt;
  const auto end = settled(wanted_, *entry, collections_->look({names_to_see(wanted_, *entry), Look::For::names}));
  if (!end) return std::nullopt;
  return outcome_of(*end, *entry, wanted_, context_.log);
}

Outcome SeedRun::seed() {
  const lease::LeaseSettings settings{settings_.name, settings_.holder, settings_.lease};
  const auto lease = lease::Lease::acquire(ledger_records(*calm_pool_, settings_.name), settings, context_.clock,
                                           Clock::time_point::max(), context_.cancel, context_.log);
  Holder holder(wanted_, {lease->number(), lease->id()}, ledger_->uuid());
  const auto end = drive(holder);
  return outcome_of(end, holder.entry(), wanted_, context_.log);
}

End SeedRun::drive(Holder& holder) {
  std::optional<Error> failure;
  for (;;) {
    if (failure || context_.cancel.cancelled()) holder.stop();
    const auto command = holder.next();
    if (const auto* end = std::get_if<End>(&command)) {
      if (failure && end->result == Result::stopped) throw Error(*failure);
      return *end;
    }
    try {
      holder.advance(execute(command, holder));
      failing_since_.reset();
    } catch (const Error& error) {
      if (std::holds_alternative<Fill>(command)) {
        failure = error;
      } else if (error.transient()) {
        if (!wait_for_answer(error)) throw failure.value_or(error);
        holder.advance(Unknown{});
      } else {
        if (failure || !holder.stop()) throw failure.value_or(error);
        failure = error;
      }
    }
  }
}

/// False once there was none for too long.
bool SeedRun::wait_for_answer(const Error& error) {
  const auto now = context_.clock.now();
  if (!failing_since_) failing_since_ = now;
  const bool ends = context_.cancel.cancelled();
  if (now - *failing_since_ > (ends ? Clock::duration(patience_at_end) : Clock::duration(patience))) return false;
  context_.log.debug("retrying", {{"error", error.message()}});
  context_.clock.wait_for(pause, ends ? CancelToken() : context_.cancel);
  return true;
}

Reply SeedRun::execute(const Command& command, const Holder& holder) {
  if (std::holds_alternative<Read>(command)) {
    // Without an entry, as where the ledger was dropped, nobody holds it.
    return ledger_->read(settings_.name).value_or(Entry{.name = settings_.name});
  }
  if (const auto* write = std::get_if<Write>(&command)) return this->write(write->entry, holder);
  if (const auto* look = std::get_if<Look>(&command)) return collections_->look(*look);
  if (const auto* fill = std::get_if<Fill>(&command)) return begin_filling(*fill, holder);
  if (const auto* rename = std::get_if<Rename>(&command))
    return collections_->rename(*rename) ? Reply(Done{}) : Reply(NotRenamed{});
  if (const auto* drop = std::get_if<Drop>(&command)) collections_->drop(drop->ns);
  if (const auto* view = std::get_if<CreateView>(&command)) collections_->create(view->view);
  return Done{};
}

Reply SeedRun::write(Entry entry, const Holder& holder) {
  if (holder.entry().plan && !entry.plan && entry.is_done()) {
    const std::chrono::duration<double> took = context_.clock.now() - started_;
    entry.by = settings_.holder;
    entry.at = now_text();
    entry.seconds = took.count();
  }
  if (auto written = ledger_->write(entry)) return std::move(*written);
  return Refused{};
}

Reply SeedRun::begin_filling(const Fill& command, const Holder& holder) {
  if (holder.seeds_again()) context_.log.warn("all collections of the content are gone: seeding again");
  context_.log.info("seeding", {{"name", settings_.name}, {"content", short_text(wanted_.content)}});
  return Filled{fill(command, settings_, source_, *collections_, context_)};
}

/// Follows the holder's decisions up to the first change.
Outcome SeedRun::rehearse() {
  auto entry = ledger_->read(settings_.name).value_or(Entry{.name = settings_.name});
  if (entry.plan && entry.ledger == ledger_->uuid())
    return {"nothing was changed: the plan in the ledger would be completed first"};
  entry.plan.reset();
  entry.staging.clear();
  Holder holder(wanted_, entry.holder, entry.ledger);
  holder.advance(entry);
  for (;;) {
    const auto command = holder.next();
    if (const auto* end = std::get_if<End>(&command)) return outcome_of(*end, entry, wanted_, context_.log);
    if (std::holds_alternative<Write>(command)) break;
    holder.advance(execute(command, holder));
  }
  const auto seen = collections_->look({wanted_.collections, Look::For::documents});
  for (const auto& ns : wanted_.collections) {
    const auto found = seen.find(ns);
    const bool stays = std::ranges::find(holder.staged(), ns) == holder.staged().end();
    const char* const what = stays ? "would keep" : found == seen.end() ? "would create" : "would replace";
    const auto documents = found == seen.end() ? 0 : collections_->estimate(ns);
    context_.log.info(what, {{"collection", ns.text()}, {"present_documents", documents}});
  }
  for (const auto& view : wanted_.views) context_.log.info("would create unless it exists", {{"view", view.ns.text()}});
  return {"nothing was changed: content " + short_text(wanted_.content) + " would be put in place"};
}

}  // namespace sidekick::seed
