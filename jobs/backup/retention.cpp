#include "backup/retention.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <tuple>

#include "sidekick/error.hpp"

namespace sidekick::backup {

using namespace std::chrono;

namespace {

constexpr int most_kept = 1'000'000;

/// The period of a time under a rule: backups with equal numbers are in the same period.
struct Period {
  std::int64_t number = 0;
  std::string name;
};

std::string digits(std::int64_t number, std::size_t width) {
  auto text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

std::string month_text(year_month_day date) {
  return digits(int{date.year()}, 4) + "-" + digits(static_cast<unsigned>(date.month()), 2);
}

std::string day_text(year_month_day date) {
  return month_text(date) + "-" + digits(static_cast<unsigned>(date.day()), 2);
}

Period hour_of(local_seconds time) {
  const auto day = floor<days>(time);
  return {floor<hours>(time).time_since_epoch().count(),
          day_text(year_month_day(day)) + " " + digits(floor<hours>(time - day).count(), 2) + ":00"};
}

Period day_of(local_seconds time) {
  const auto day = floor<days>(time);
  return {day.time_since_epoch().count(), day_text(year_month_day(day))};
}

/// ISO 8601: a week belongs to the year of its Thursday.
Period week_of(local_seconds time) {
  const auto day = floor<days>(time);
  const auto thursday = day - (weekday(day) - Monday) + days(3);
  const auto year = year_month_day(thursday).year();
  const auto week = (thursday - local_days(year / January / 1)) / weeks(1) + 1;
  return {thursday.time_since_epoch().count(), digits(int{year}, 4) + "-W" + digits(week, 2)};
}

Period month_of(local_seconds time) {
  const year_month_day date(floor<days>(time));
  return {int{date.year()} * 12 + static_cast<int>(static_cast<unsigned>(date.month())), month_text(date)};
}

Period year_of(local_seconds time) {
  const year_month_day date(floor<days>(time));
  return {int{date.year()}, digits(int{date.year()}, 4)};
}

struct Rule {
  std::string_view name;
  int KeepRules::* count;
  Period (*period_of)(local_seconds);  ///< null for the rule that only counts
};

constexpr std::array<Rule, 6> rules_there_are{{{"last", &KeepRules::last, nullptr},
                                               {"hourly", &KeepRules::hourly, hour_of},
                                               {"daily", &KeepRules::daily, day_of},
                                               {"weekly", &KeepRules::weekly, week_of},
                                               {"monthly", &KeepRules::monthly, month_of},
                                               {"yearly", &KeepRules::yearly, year_of}}};

Error wrong_rule(std::string_view part, const std::string& cause) {
  return {ErrorKind::usage, "rule '" + std::string(part) + "': " + cause,
          "write rules such as last=7,hourly=24,daily=7,weekly=4,monthly=12,yearly=3,within=1y5m7d2h"};
}

Error wrong_period(std::string_view part) {
  return {ErrorKind::usage, "rule '" + std::string(part) + "': not a valid period, such as 48h, 14d, 6m or 1y5m7d2h",
          "the units are y, m, d and h, as in restic: m is months, h is the shortest unit"};
}

int parse_count(std::string_view part, std::string_view text) {
  int value = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last || value < 0 || value > most_kept)
    throw wrong_rule(part, "not a number from 0 to " + std::to_string(most_kept));
  return value;
}

bool keeps_something(const KeepRules& rules) {
  return rules.within || std::ranges::any_of(rules_there_are, [&](const Rule& rule) { return rules.*rule.count > 0; });
}

/// The candidates, newest first, and the decision on each.
class Decisions {
 public:
  Decisions(const std::vector<Candidate>& candidates, const KeepRules& rules, storage::WallTime now)
      : all_(candidates), rules_(rules) {
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
      return std::tie(all_[right].time, all_[right].name) < std::tie(all_[left].time, all_[left].name);
    });
    decisions_.reserve(order.size());
    for (const auto index : order) decisions_.push_back({.candidate = index, .keep = false, .reasons = {}});
    while (past_ < decisions_.size() && of(past_).time - now > longest_set_back) past_++;
  }

  /// They do not count: otherwise each new backup would be the oldest, and be removed at once.
  void keep_future() {
    for (std::size_t i = 0; i < past_; i++) keep(i, "dated in the future");
  }

  void apply(const Rule& rule, const schedule::TimeZone& zone) {
    int left = rules_.*rule.count;
    std::optional<std::int64_t> latest;
    for (std::size_t i = past_; i < decisions_.size() && left > 0; i++) {
      const auto period = rule.period_of ? rule.period_of(zone.local(floor<seconds>(of(i).time)))
                                         : Period{static_cast<std::int64_t>(i), std::to_string(i - past_ + 1)};
      const bool is_new = period.number != latest;
      if (!is_new && i + 1 < decisions_.size()) continue;
      keep(i, (is_new ? "" : "oldest ") + std::string(rule.name) + " " + period.name);
      latest = period.number;
      left--;
    }
  }

  void apply_within(storage::WallTime now, const schedule::TimeZone& zone) {
    if (past_ == decisions_.size()) return;
    const auto since = rules_.within->before(std::min(now, of(past_).time), zone);
    for (std::size_t i = past_; i < decisions_.size() && of(i).time >= since; i++)
      keep(i, "within " + rules_.within->text());
  }

  void keep_best_proven() {
    const auto best = std::ranges::max_element(
        decisions_, {}, [&](const Decision& decision) { return all_[decision.candidate].proof; });
    best->keep = true;
    best->reasons.push_back("newest verified as " + std::string(name_of(all_[best->candidate].proof)));
  }

  void keep_all() {
    for (std::size_t i = 0; i < decisions_.size(); i++) keep(i, "no rule");
  }

  std::vector<Decision> take() { return std::move(decisions_); }

 private:
  const Candidate& of(std::size_t i) const { return all_[decisions_[i].candidate]; }

  void keep(std::size_t i, std::string reason) {
    decisions_[i].keep = true;
    decisions_[i].reasons.push_back(std::move(reason));
  }

  const std::vector<Candidate>& all_;
  const KeepRules& rules_;
  std::vector<Decision> decisions_;
  std::size_t past_ = 0;  ///< the first that is not dated too far in the future
};

}  // namespace

KeepRules parse_keep(std::string_view text) {
  KeepRules rules;
  std::vector<std::string_view> seen;
  for (auto rest = text;;) {
    const auto part = rest.substr(0, rest.find(','));
    const auto name = part.substr(0, part.find('='));
    const auto value = name.size() == part.size() ? std::string_view() : part.substr(name.size() + 1);
    if (std::ranges::find(seen, name) != seen.end()) throw wrong_rule(part, "it is given twice");
    seen.push_back(name);
    const auto* const rule = std::ranges::find(rules_there_are, name, &Rule::name);
    if (rule != rules_there_are.end()) {
      rules.*rule->count = parse_count(part, value);
    } else if (name == "within") {
      rules.within = parse_keep_period(value);
      if (!rules.within) throw wrong_period(part);
    } else {
      throw wrong_rule(part, "unknown");
    }
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  if (!keeps_something(rules)) throw wrong_rule(text, "it keeps nothing");
  return rules;
}

std::vector<Decision> decide(const std::vector<Candidate>& candidates, const KeepRules& rules, storage::WallTime now,
                             const schedule::TimeZone& zone) {
  Decisions decisions(candidates, rules, now);
  if (candidates.empty()) return {};
  if (!keeps_something(rules)) {
    decisions.keep_all();
    return decisions.take();
  }
  decisions.keep_future();
  for (const auto& rule : rules_there_are) decisions.apply(rule, zone);
  if (rules.within) decisions.apply_within(now, zone);
  decisions.keep_best_proven();
  return decisions.take();
}

}  // namespace sidekick::backup
