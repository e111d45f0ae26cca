#include "backup/prune.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

#include "backup/failure_note.hpp"
#include "schedule/time_zone.hpp"
#include "storage/catalog.hpp"
#include "storage/object_name.hpp"

namespace sidekick::backup {

using storage::Catalog;
using storage::Manifest;

namespace {

using What = PruneDecision::What;

constexpr std::size_t removed_at_once = 250;  // between two checks of the lease

bool is_older(const Manifest& left, const Manifest& right) {
  return std::tie(left.started, left.name) < std::tie(right.started, right.name);
}

std::string age_text(storage::WallTime now, std::chrono::system_clock::time_point then) {
  const auto age = std::chrono::duration_cast<std::chrono::hours>(now - then);
  return std::to_string(age.count()) + " h old";
}

/// Decides on the backups of one source.
class Retention {
 public:
  Retention(const PruneSettings& settings, const schedule::TimeZone& zone, storage::WallTime now)
      : settings_(settings), zone_(zone), now_(now) {}

  /// It would displace every backup that is taken until then.
  bool is_of_the_future(const Manifest& backup) const { return backup.started - now_ > longest_set_back; }

  void decide_on(const std::vector<Manifest>& backups, std::vector<PruneDecision>& out) const {
    std::vector<const Manifest*> good;
    std::vector<Candidate> candidates;
    for (const auto& backup : backups) {
      if (backup.suspect) {
        out.push_back({What::keep, backup.name, {"suspect until it is accepted"}, backup.bytes});
        continue;
      }
      good.push_back(&backup);
      candidates.push_back({backup.name, backup.started, backup.proof});
    }
    for (const auto& decision : decide(candidates, settings_.keep.value_or(KeepRules{}), now_, zone_)) {
      const auto& backup = *good[decision.candidate];
      if (decision.keep)
        out.push_back({What::keep, backup.name, decision.reasons, backup.bytes});
      else
        out.push_back({What::remove, backup.name, {"no rule keeps it"}, backup.bytes});
    }
  }

 private:
  const PruneSettings& settings_;
  const schedule::TimeZone& zone_;
  storage::WallTime now_;
};

void stand_still(PrunePlan& plan, const std::string& suspect) {
  plan.stands_still = suspect;
  for (auto& decision : plan.decisions) {
    if (decision.what != What::remove) continue;
    decision.what = What::keep;
    decision.reasons = {"retention is stalled until 'backup accept " + suspect + "'"};
  }
}

/// The manifests of the backups that count; adds a decision for each of the others to `unusable`.
std::vector<Manifest> usable_of(std::vector<storage::Entry> entries, std::vector<PruneDecision>& unusable) {
  std::vector<Manifest> out;
  for (auto& entry : entries)
    if (entry.presence() == storage::Presence::whole)
      out.push_back(std::move(*entry.manifest));
    else
      unusable.push_back({What::unusable, entry.name().text(), {entry.flaw()}, entry.listed.object_bytes.value_or(0)});
  return out;
}

void plan_backups(PrunePlan& plan, std::vector<Manifest> backups, const Retention& retention) {
  std::ranges::sort(backups, [](const auto& left, const auto& right) { return is_older(right, left); });
  std::map<std::string, std::vector<Manifest>> by_source;
  std::map<std::string, std::size_t> place;
  for (auto& backup : backups) {
    place.emplace(backup.name, place.size());
    by_source[backup.source].push_back(std::move(backup));
  }
  const Manifest* suspect = nullptr;
  for (const auto& [source, of_source] : by_source) {
    retention.decide_on(of_source, plan.decisions);
    const auto newest =
        std::ranges::find_if_not(of_source, [&](const Manifest& backup) { return retention.is_of_the_future(backup); });
    if (newest == of_source.end() || !newest->suspect) continue;
    if (!suspect || is_older(*suspect, *newest)) suspect = &*newest;
  }
  std::ranges::sort(plan.decisions, {}, [&](const PruneDecision& decision) { return place[decision.name]; });
  if (suspect) stand_still(plan, suspect->name);
}

/// The other objects of a job are its leases and the failure note.
bool is_of_job(std::string_view name, const std::string& job) {
  constexpr std::string_view manifest = ".json";
  if (name.ends_with(manifest)) name.remove_suffix(manifest.size());
  if (const auto parsed = storage::parse_backup_name(name)) return parsed->job == job;
  return lease_number(job, name) || name == failure_note_name(job);
}

/// Abandoned uploads of the job, and leftovers of checks of the storage.
std::vector<storage::Leftover> leftovers_of(storage::Storage& storage, const std::string& job,
                                            const CancelToken& cancel) {
  auto out = storage.leftovers(job, cancel);
  std::erase_if(out, [&](const storage::Leftover& each) { return !is_of_job(each.name, job); });
  for (auto& each : storage.leftovers(storage::check_name, cancel))
    if (each.name == storage::check_name) out.push_back(std::move(each));
  return out;
}

std::string_view kind_of(What what) {
  if (what == What::orphan) return "without manifest";
  return what == What::leftover ? "unfinished" : "backup";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

void tell(const PruneDecision& decision, Log& log) {
  log.info("removing",
           {{"backup", decision.name}, {"kind", kind_of(decision.what)}, {"reason", joined(decision.reasons)}});
}

std::vector<const PruneDecision*> those(const PrunePlan& plan, What what) {
  std::vector<const PruneDecision*> out;
  for (const auto& decision : plan.decisions)
    if (decision.what == what) out.push_back(&decision);
  return out;
}

/// The leftovers of a check may belong to another user, or this key may not be allowed to remove them.
void discard(storage::Storage& storage, const storage::Leftover& leftover, const CancelToken& cancel) try {
  storage.discard(leftover, cancel);
} catch (const Error& error) {
  if (error.kind() != ErrorKind::denied || leftover.name != storage::check_name) throw;
}

void tell_of_kept(const PrunePlan& plan, Log& log) {
  const auto kept = those(plan, What::keep);
  if (!kept.empty())
    log.info("keeping " + storage::counted(kept.size(), "backups"),
             {{"newest", kept.front()->name}, {"oldest", kept.back()->name}});
  for (const auto* each : those(plan, What::unusable))
    log.warn("a backup does not count for retention", {{"backup", each->name}, {"reason", joined(each->reasons)}});
}

}  // namespace

PrunePlan plan_prune(storage::Storage& storage, const PruneSettings& settings, storage::WallTime now,
                     const CancelToken& cancel) {
  PrunePlan plan;
  Catalog catalog(storage, settings.job);
  const auto zone = schedule::TimeZone::named(settings.zone);
  std::vector<PruneDecision> unusable;
  auto entries = catalog.entries(cancel);
  plan.unreadable =
      static_cast<std::size_t>(std::ranges::count(entries, storage::Presence::unreadable, &storage::Entry::presence));
  plan_backups(plan, usable_of(std::move(entries), unusable), Retention(settings, zone, now));
  const auto old = now - settings.leftovers_after;
  for (const auto& orphan : catalog.orphans(cancel))
    if (orphan.modified <= old && !catalog.has_manifest(orphan.name, cancel))
      plan.decisions.push_back(
          {What::orphan, orphan.name, {"it has no manifest and is " + age_text(now, orphan.modified)}, orphan.bytes});
  for (const auto& leftover : leftovers_of(storage, settings.job, cancel))
    if (leftover.begun <= old)
      plan.decisions.push_back({What::leftover,
                                leftover.name,
                                {"it was never finished and is " + age_text(now, leftover.begun)},
                                0,
                                leftover});
  std::ranges::move(unusable, std::back_inserter(plan.decisions));
  return plan;
}

PruneOutcome summary_of(const PrunePlan& plan) {
  PruneOutcome out;
  for (const auto& decision : plan.decisions) {
    if (decision.what == What::keep || decision.what == What::unusable) {
      (decision.what == What::keep ? out.kept : out.unusable)++;
      continue;
    }
    (decision.what == What::remove ? out.removed : out.leavings)++;
    out.freed_bytes += decision.bytes;
  }
  return out;
}

PruneOutcome prune(storage::Storage& storage, const PrunePlan& plan, const std::string& job, const Lease& lease,
                   Log& log, const CancelToken& cancel) {
  Catalog catalog(storage, job);
  if (plan.stands_still)
    log.warn("retention is stalled: the newest backup is suspect", {{"backup", *plan.stands_still}});
  tell_of_kept(plan, log);
  for (const auto what : {What::remove, What::orphan}) {
    const auto all = those(plan, what);
    for (std::size_t i = 0; i < all.size(); i += removed_at_once) {
      std::vector<std::string> names;
      for (const auto* decision : std::span(all).subspan(i, std::min(removed_at_once, all.size() - i))) {
        if (what == What::orphan && catalog.has_manifest(decision->name, cancel)) continue;
        tell(*decision, log);
        names.push_back(decision->name);
      }
      lease.ensure();
      what == What::remove ? catalog.remove_all(names, cancel) : storage.remove_all(names, cancel);
    }
  }
  for (const auto* decision : those(plan, What::leftover)) {
    tell(*decision, log);
    lease.ensure();
    discard(storage, *decision->leftover, cancel);
  }
  return summary_of(plan);
}

}  // namespace sidekick::backup
