#include "backup/prune.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "backup/time_zone.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

using storage::Catalog;
using storage::Manifest;

namespace {

using What = PruneDecision::What;

constexpr std::size_t removed_at_once = 250;  // between two looks at the lease

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
  Retention(const PruneSettings& settings, const TimeZone& zone, storage::WallTime now)
      : settings_(settings), zone_(zone), now_(now) {}

  /// Such a one would take the place of each that is taken until then.
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
  const TimeZone& zone_;
  storage::WallTime now_;
};

void stand_still(PrunePlan& plan, const std::string& suspect) {
  plan.stands_still = suspect;
  for (auto& decision : plan.decisions) {
    if (decision.what != What::remove) continue;
    decision.what = What::keep;
    decision.reasons = {"retention stands still until 'backup accept " + suspect + "'"};
  }
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

/// What begins with the name of a job and a dot is the job's own too: names of jobs have none.
bool is_of_job(const std::string& name, const std::string& job) {
  constexpr std::string_view manifest = ".json";
  std::string_view text = name;
  if (text.ends_with(manifest)) text.remove_suffix(manifest.size());
  const auto parsed = storage::parse_backup_name(text);
  return parsed ? parsed->job == job : name.starts_with(job + ".");
}

std::string_view kind_of(What what) {
  if (what == What::orphan) return "without manifest";
  return what == What::leftover ? "unfinished" : "";
}

void tell(const PruneDecision& decision, Log& log) {
  std::string reasons;
  for (const auto& reason : decision.reasons) reasons += (reasons.empty() ? "" : ", ") + reason;
  log.info(decision.what == What::keep ? "keeping" : "removing",
           {{"backup", decision.name}, {"kind", kind_of(decision.what)}, {"reason", reasons}});
}

std::vector<const PruneDecision*> those(const PrunePlan& plan, What what) {
  std::vector<const PruneDecision*> out;
  for (const auto& decision : plan.decisions)
    if (decision.what == what) out.push_back(&decision);
  return out;
}

}  // namespace

PrunePlan plan_prune(storage::Storage& storage, const PruneSettings& settings, storage::WallTime now,
                     const CancelToken& cancel) {
  PrunePlan plan;
  Catalog catalog(storage, settings.job);
  const auto zone = TimeZone::named(settings.zone);
  plan_backups(plan, catalog.backups(cancel), Retention(settings, zone, now));
  const auto old = now - settings.leftovers_after;
  for (const auto& orphan : catalog.orphans(cancel))
    if (orphan.modified <= old && !catalog.has_manifest(orphan.name, cancel))
      plan.decisions.push_back(
          {What::orphan, orphan.name, {"it has no manifest and is " + age_text(now, orphan.modified)}, orphan.bytes});
  for (const auto& leftover : storage.leftovers(settings.job, cancel))
    if (leftover.begun <= old && is_of_job(leftover.name, settings.job))
      plan.decisions.push_back({What::leftover,
                                leftover.name,
                                {"it was never finished and is " + age_text(now, leftover.begun)},
                                0,
                                leftover});
  return plan;
}

PruneOutcome summary_of(const PrunePlan& plan) {
  PruneOutcome out;
  for (const auto& decision : plan.decisions) {
    if (decision.what == What::keep) {
      out.kept++;
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
    log.warn("retention stands still: the newest backup is suspect", {{"backup", *plan.stands_still}});
  for (const auto* kept : those(plan, What::keep)) tell(*kept, log);
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
    storage.discard(*decision->leftover, cancel);
  }
  return summary_of(plan);
}

}  // namespace sidekick::backup
