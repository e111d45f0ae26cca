#include "seed/protocol.hpp"

#include <algorithm>
#include <concepts>
#include <utility>

#include "mongo/staging_name.hpp"

namespace sidekick::seed {

namespace {

constexpr std::string_view plain = "collection";

const Found* find(const Seen& seen, const Namespace& ns) {
  const auto found = seen.find(ns);
  return found == seen.end() ? nullptr : &found->second;
}

bool holds(const std::vector<Namespace>& names, const Namespace& ns) {
  return std::ranges::find(names, ns) != names.end();
}

bool was_in_place(const Entry& entry, const std::string& sha256) {
  return std::ranges::find(entry.in_place, sha256) != entry.in_place.end();
}

bool may_drop(const Move& move, const Found& found) {
  return !move.drops.empty() && found.uuid == move.drops && (!move.only_empty || found.empty);
}

void add(std::string& out, const std::string& text) {
  out.append(text).append(1, '\0');
}

template <std::integral Number>
void add(std::string& out, Number number) {
  add(out, std::to_string(number));
}

void add(std::string& out, const std::vector<Namespace>& names) {
  for (const auto& ns : names) add(out, ns.text());
  out.append(1, '\n');
}

void add(std::string& out, const Move& move) {
  add(out, move.from.text() + ' ' + move.uuid + ' ' + move.to.text() + ' ' + move.drops);
}

/// Collections and views never take each other's place.
std::vector<Namespace> of_another_kind(const Wanted& wanted, const Seen& seen) {
  std::vector<Namespace> out;
  for (const auto& ns : wanted.collections)
    if (const auto* found = find(seen, ns); found != nullptr && found->kind != plain) out.push_back(ns);
  for (const auto& view : wanted.views)
    if (const auto* found = find(seen, view.ns); found != nullptr && found->kind != "view") out.push_back(view.ns);
  return out;
}

}  // namespace

bool may_be_settled(const Entry& entry) noexcept {
  return entry.is_done() && !entry.plan && entry.staging.empty();
}

std::vector<Namespace> names_to_see(const Wanted& wanted, const Entry& entry) {
  auto names = wanted.collections;
  for (const auto& view : wanted.views) names.push_back(view.ns);
  for (const auto& ns : entry.targets) names.push_back(ns);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::optional<End> settled(const Wanted& wanted, const Entry& entry, const Seen& seen) {
  if (!entry.is_done()) return std::nullopt;
  std::vector<Namespace> gone;
  std::ranges::copy_if(entry.targets, std::back_inserter(gone), [&](const auto& ns) { return !seen.contains(ns); });
  if (!gone.empty() && gone.size() == entry.targets.size()) {
    if (wanted.policies.on_missing == OnMissing::seed) return std::nullopt;
    return End{Result::kept_missing, gone};
  }
  if (!gone.empty()) return End{Result::kept_partial, gone};
  if (entry.content.sha256 == wanted.content.sha256) return End{Result::already_seeded, {}};
  if (wanted.policies.on_change == OnChange::keep) return End{Result::kept_content, {}};
  if (wanted.policies.on_change == OnChange::refuse) return End{Result::refused_change, {}};
  if (was_in_place(entry, wanted.content.sha256) && !wanted.policies.again) return End{Result::kept_later, {}};
  return std::nullopt;
}

Holder::Holder(Wanted wanted, HolderId mine, std::string ledger)
    : wanted_(std::move(wanted)), mine_(std::move(mine)), ledger_(std::move(ledger)) {}

Command Holder::next() const {
  switch (phase_) {
    case Phase::reading:
    case Phase::doubting:
    case Phase::reading_after_loss:
      return Read{};
    case Phase::removing:
      return Drop{entry_.staging.at(index_)};
    case Phase::looking:
      return Look{names_to_see(wanted_, entry_), look_};
    case Phase::writing:
      return Write{pending_};
    case Phase::filling:
      return Fill{staged_, staging_};
    case Phase::looking_again: {
      auto names = names_to_see(wanted_, entry_);
      names.insert(names.end(), staging_.begin(), staging_.end());
      return Look{std::move(names), Look::For::documents};
    }
    case Phase::checking: {
      std::vector<Namespace> names;
      for (const auto& move : entry_.plan->moves) {
        names.push_back(move.from);
        names.push_back(move.to);
      }
      return Look{std::move(names), Look::For::documents};
    }
    case Phase::renaming:
      return Rename{todo_.at(index_).first, todo_.at(index_).second};
    case Phase::viewing:
      return CreateView{entry_.plan->views.at(index_)};
    case Phase::leaving:
      return Drop{staging_.at(index_)};
    case Phase::ended:
      break;
  }
  return end_;
}

void Holder::advance(const Reply& reply) {
  const bool unknown = std::holds_alternative<Unknown>(reply);
  const auto* entry = std::get_if<Entry>(&reply);
  const auto* seen = std::get_if<Seen>(&reply);
  switch (phase_) {
    case Phase::reading:
      return entry != nullptr ? settle(*entry) : void();
    case Phase::doubting:
      return entry != nullptr ? doubt(*entry) : void();
    case Phase::reading_after_loss:
      return entry != nullptr ? lose(*entry) : void();
    case Phase::removing:
      if (unknown || ++index_ < entry_.staging.size()) return;
      phase_ = Phase::looking;
      return;
    case Phase::looking:
      return seen != nullptr ? decide(*seen) : void();
    case Phase::writing:
      if (entry != nullptr) entry_ = *entry;
      if (entry != nullptr) return written();
      phase_ = unknown ? Phase::doubting : Phase::reading_after_loss;
      return;
    case Phase::filling:
      if (const auto* filled = std::get_if<Filled>(&reply)) {
        documents_ = filled->documents;
        phase_ = Phase::looking_again;
      }
      return;
    case Phase::looking_again:
      return seen != nullptr ? make_plan(*seen) : void();
    case Phase::checking:
      return seen != nullptr ? check(*seen) : void();
    case Phase::renaming:
      if (!std::holds_alternative<Done>(reply))
        phase_ = Phase::checking;
      else if (++index_ == todo_.size())
        finish();
      return;
    case Phase::viewing:
      if (unknown || ++index_ < entry_.plan->views.size()) return;
      finish();
      return;
    case Phase::leaving:
      if (unknown || ++index_ < staging_.size()) return;
      return end(end_);
    case Phase::ended:
      return;
  }
}

void Holder::end(End end) {
  end_ = std::move(end);
  phase_ = Phase::ended;
}

void Holder::settle(const Entry& entry) {
  entry_ = entry;
  index_ = 0;
  if (entry_.holder != mine_) return end({Result::lost, {}});
  if (entry_.plan && !is_void()) {
    phase_ = Phase::checking;
    return;
  }
  look_ = entry_.is_done() ? Look::For::names : Look::For::documents;
  phase_ = entry_.staging.empty() ? Phase::looking : Phase::removing;
}

void Holder::decide(const Seen& seen) {
  if (auto answer = settled(wanted_, entry_, seen)) {
    if (may_be_settled(entry_)) return end(std::move(*answer));
    return clear(std::move(*answer));
  }
  if (look_ == Look::For::names) {
    look_ = Look::For::documents;
    return;
  }
  seeds_again_ =
      entry_.is_done() && std::ranges::none_of(entry_.targets, [&](const auto& ns) { return seen.contains(ns); });
  begin(seen);
}

/// What was left over is removed by now: the next process need not take the lease for it.
void Holder::clear(End end) {
  end_ = std::move(end);
  auto next = entry_;
  next.staging.clear();
  next.plan.reset();
  write(Purpose::withdraw, std::move(next));
}

/// What the entry put in place may be replaced by the next content.
bool Holder::is_explained(const Namespace& ns) const {
  return entry_.is_done() && holds(entry_.targets, ns);
}

std::optional<End> Holder::obstacle(const Seen& seen) const {
  if (auto names = of_another_kind(wanted_, seen); !names.empty()) return End{Result::refused_kind, std::move(names)};
  if (wanted_.policies.existing != Existing::refuse) return std::nullopt;
  std::vector<Namespace> names;
  for (const auto& ns : wanted_.collections)
    if (const auto* found = find(seen, ns); found != nullptr && !found->empty && !is_explained(ns)) names.push_back(ns);
  if (names.empty()) return std::nullopt;
  return End{Result::refused_data, std::move(names)};
}

std::vector<Namespace> Holder::to_stage(const Seen& seen) const {
  std::vector<Namespace> out;
  for (const auto& ns : wanted_.collections) {
    const auto* found = find(seen, ns);
    const bool stays =
        found != nullptr && !found->empty && !is_explained(ns) && wanted_.policies.existing == Existing::keep;
    if (!stays) out.push_back(ns);
  }
  return out;
}

void Holder::begin(const Seen& seen) {
  if (auto found = obstacle(seen)) return end(std::move(*found));
  staged_ = to_stage(seen);
  staging_.clear();
  for (const auto& ns : staged_)
    staging_.push_back({ns.db, mongo::staging_name(entry_.name, mine_.number, mine_.id, names_used_++)});
  auto next = entry_;
  next.staging = staging_;
  next.plan.reset();
  next.ledger = ledger_;
  begun_ = true;
  write(Purpose::begin, std::move(next));
}

void Holder::make_plan(const Seen& seen) {
  if (auto found = obstacle(seen)) return withdraw(std::move(*found));
  if (to_stage(seen) != staged_) return withdraw({Result::changed, {}});
  Plan plan{
      .content = wanted_.content, .views = wanted_.views, .targets = wanted_.collections, .documents = documents_};
  for (std::size_t i = 0; i < staged_.size(); i++) {
    const auto* staging = find(seen, staging_[i]);
    if (staging == nullptr) return withdraw({Result::changed, {staging_[i]}});
    Move move{.from = staging_[i], .uuid = staging->uuid, .to = staged_[i]};
    if (const auto* present = find(seen, move.to)) {
      move.drops = present->uuid;
      move.only_empty = present->empty && !is_explained(move.to) && wanted_.policies.existing != Existing::replace;
    }
    plan.moves.push_back(std::move(move));
  }
  auto next = entry_;
  next.plan = std::move(plan);
  write(Purpose::plan, std::move(next));
}

void Holder::check(const Seen& seen) {
  End conflict{Result::refused_plan, {}};
  todo_.clear();
  index_ = 0;
  for (const auto& move : entry_.plan->moves) {
    const auto* from = find(seen, move.from);
    const auto* to = find(seen, move.to);
    if (to != nullptr && to->uuid == move.uuid) continue;
    const bool there = from != nullptr && from->uuid == move.uuid;
    if (!there || (to != nullptr && !may_drop(move, *to)))
      conflict.names.push_back(move.to);
    else
      todo_.emplace_back(move, to != nullptr ? move.drops : std::string());
  }
  if (!conflict.names.empty()) return end(std::move(conflict));
  if (!todo_.empty()) {
    phase_ = Phase::renaming;
    return;
  }
  if (entry_.plan->views.empty()) return finish();
  phase_ = Phase::viewing;
}

/// The renames are seen done before the views are created, and both before the entry says so.
void Holder::finish() {
  if (phase_ == Phase::renaming) {
    phase_ = Phase::checking;
    return;
  }
  const auto& plan = *entry_.plan;
  auto next = entry_;
  next.content = plan.content;
  next.targets = plan.targets;
  next.documents = plan.documents;
  if (!was_in_place(entry_, plan.content.sha256)) next.in_place.push_back(plan.content.sha256);
  next.staging.clear();
  next.plan.reset();
  next.forgotten = false;
  write(Purpose::finish, std::move(next));
}

void Holder::write(Purpose purpose, Entry entry) {
  purpose_ = purpose;
  pending_ = std::move(entry);
  pending_.revision = entry_.revision + 1;
  pending_.holder = mine_;
  phase_ = Phase::writing;
}

void Holder::written() {
  index_ = 0;
  switch (purpose_) {
    case Purpose::begin:
      phase_ = staging_.empty() ? Phase::looking_again : Phase::filling;
      if (stop_) withdraw({Result::stopped, {}});
      return;
    case Purpose::plan:
      phase_ = Phase::checking;
      return;
    case Purpose::finish:
      if (entry_.content.sha256 == wanted_.content.sha256) return end({Result::seeded, {}});
      // Another one's plan: now our own content counts.
      begun_ = false;
      return settle(Entry(entry_));
    case Purpose::withdraw:
      return leave();
  }
}

/// Whether the write that got no answer was executed. It can still be executed later, but only on this revision, so
/// whatever is written next settles it.
void Holder::doubt(const Entry& entry) {
  if (entry.holder != mine_) return lose(entry);
  entry_ = entry;
  // An earlier write of ours, which was doubtful too, may have taken the revision first.
  if (entry.revision == pending_.revision && seed::fingerprint(entry) != seed::fingerprint(pending_))
    return settle(entry);
  if (entry.revision == pending_.revision) return written();
  if (stop_ && (purpose_ == Purpose::begin || purpose_ == Purpose::plan)) return withdraw({Result::stopped, {}});
  phase_ = Phase::writing;
}

/// The staging may be removed unless a plan needs it: a late write of ours is void once another one holds the lease.
void Holder::lose(const Entry& entry) {
  entry_ = entry;
  const bool is_needed = entry.plan && std::ranges::any_of(entry.plan->moves, [&](const Move& move) {
                           return holds(staging_, move.from);
                         });
  if (entry.holder == mine_) return settle(entry);
  if (!begun_ || is_needed) return end({Result::lost, {}});
  end_ = {Result::lost, {}};
  leave();
}

/// Writes first: the plan that a delayed write would still bring must not find its staging removed.
void Holder::withdraw(End end) {
  end_ = std::move(end);
  write(Purpose::withdraw, Entry(entry_));
}

void Holder::leave() {
  index_ = 0;
  phase_ = Phase::leaving;
  if (staging_.empty()) end(end_);
}

bool Holder::stop() {
  switch (phase_) {
    case Phase::reading:
    case Phase::removing:
    case Phase::looking:
      end({Result::stopped, {}});
      return true;
    case Phase::filling:
    case Phase::looking_again:
      withdraw({Result::stopped, {}});
      return true;
    case Phase::writing:
      if (purpose_ == Purpose::begin) end({Result::stopped, {}});
      if (purpose_ == Purpose::plan) withdraw({Result::stopped, {}});
      return purpose_ != Purpose::finish;
    case Phase::doubting:
      stop_ = purpose_ == Purpose::begin || purpose_ == Purpose::plan;
      return stop_ || purpose_ == Purpose::withdraw;
    case Phase::checking:
    case Phase::renaming:
    case Phase::viewing:
      return false;
    case Phase::reading_after_loss:
    case Phase::leaving:
    case Phase::ended:
      return true;
  }
  return true;
}

std::string fingerprint(const Entry& entry) {
  std::string out;
  add(out, entry.revision);
  add(out, entry.holder.number);
  add(out, entry.holder.id);
  add(out, entry.ledger);
  add(out, entry.content.sha256);
  add(out, entry.targets);
  add(out, entry.staging);
  for (const auto& sha256 : entry.in_place) add(out, sha256);
  if (!entry.plan) return out;
  add(out, entry.plan->content.sha256);
  add(out, entry.plan->targets);
  for (const auto& move : entry.plan->moves) add(out, move);
  for (const auto& view : entry.plan->views) add(out, view.ns.text() + view.options);
  return out;
}

std::string Holder::fingerprint() const {
  std::string out;
  add(out, mine_.number);
  add(out, mine_.id);
  add(out, wanted_.content.sha256);
  for (const auto number : {static_cast<std::size_t>(phase_), static_cast<std::size_t>(purpose_),
                            static_cast<std::size_t>(look_), static_cast<std::size_t>(end_.result), names_used_, index_,
                            static_cast<std::size_t>(begun_), static_cast<std::size_t>(stop_)})
    add(out, number);
  out += seed::fingerprint(entry_);
  if (phase_ == Phase::writing || phase_ == Phase::doubting) out += seed::fingerprint(pending_);
  add(out, staged_);
  add(out, staging_);
  add(out, end_.names);
  for (const auto& [move, drops] : todo_) {
    add(out, move);
    add(out, drops);
  }
  return out;
}

}  // namespace sidekick::seed
