#include "schedule/schedule.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "schedule/cron_field.hpp"
#include "sidekick/duration.hpp"
#include "sidekick/error.hpp"

namespace sidekick::schedule {

using namespace std::chrono;

namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

const std::array<CronField, 5> fields{{{"minute", 0, 59, {}},
                                       {"hour", 0, 23, {}},
                                       {"day-of-month", 1, 31, {}},
                                       {"month", 1, 12, month_names},
                                       {"day-of-week", 0, 7, weekday_names}}};

struct Nickname {
  std::string_view name;
  std::string_view line;
};
constexpr std::array<Nickname, 7> nicknames{{{"@yearly", "0 0 1 1 *"},
                                             {"@annually", "0 0 1 1 *"},
                                             {"@monthly", "0 0 1 * *"},
                                             {"@weekly", "0 0 * * 0"},
                                             {"@daily", "0 0 * * *"},
                                             {"@midnight", "0 0 * * *"},
                                             {"@hourly", "0 * * * *"}}};

constexpr days horizon{8 * 366};

Error wrong_schedule(std::string_view text, const std::string& cause) {
  return {
      ErrorKind::usage, "schedule '" + std::string(text) + "': " + cause,
      "a schedule is five fields, minute hour day-of-month month day-of-week, such as '30 3 * * mon-fri', or one of "
      "@hourly, @daily, @weekly, @monthly, @yearly, or '@every 6h'"};
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr auto blanks = " \t";
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(words.back().size());
  }
}

seconds parse_every(std::string_view text, const std::vector<std::string_view>& words) {
  const auto period = words.size() == 2 ? parse_duration(words[1]) : std::nullopt;
  if (!period || *period < 1s || *period > horizon || *period % 1s != 0ms)
    throw wrong_schedule(text, "@every needs a duration of at least a second, such as 6h or 1d12h");
  return std::chrono::duration_cast<seconds>(*period);
}

std::string_view line_of(std::string_view text, std::string_view nickname) {
  for (const auto& known : nicknames)
    if (known.name == nickname) return known.line;
  throw wrong_schedule(text, "'" + std::string(nickname) + "' is unknown");
}

/// Whether one of the months has one of the days, in a leap year.
bool has_date(const std::bitset<32>& days, const std::bitset<13>& months) {
  for (unsigned m = 1; m < months.size(); m++) {
    const auto length = static_cast<unsigned>((year(2000) / month(m) / last).day());
    for (unsigned d = 1; d <= length; d++)
      if (months[m] && days[d]) return true;
  }
  return false;
}

local_seconds local_of(sys_seconds time, seconds offset) {
  return local_seconds((time + offset).time_since_epoch());
}

sys_seconds system_of(local_seconds time, seconds offset) {
  return sys_seconds(time.time_since_epoch() - offset);
}

}  // namespace

Schedule Schedule::parse(std::string_view text) {
  Schedule out;
  out.text_ = text;
  auto words = words_of(text);
  if (words.empty()) throw wrong_schedule(text, "it is empty");
  if (words.front() == "@every") {
    out.every_ = parse_every(text, words);
    return out;
  }
  if (words.size() == 1 && words.front().starts_with('@')) words = words_of(line_of(text, words.front()));
  if (words.size() != fields.size())
    throw wrong_schedule(text, "there are " + std::to_string(words.size()) + " fields instead of 5");
  out.minutes_ = parse_cron_field(fields[0], words[0]);
  out.hours_ = parse_cron_field(fields[1], words[1]);
  out.days_ = parse_cron_field(fields[2], words[2]);
  out.months_ = parse_cron_field(fields[3], words[3]);
  const auto weekdays = parse_cron_field(fields[4], words[4]);
  out.weekdays_ = (weekdays | weekdays >> 7U) & 0x7fU;
  out.days_restricted_ = !words[2].starts_with('*');
  out.weekdays_restricted_ = !words[4].starts_with('*');
  if (out.days_restricted_ && out.weekdays_restricted_) return out;
  if (has_date(out.days_, out.months_)) return out;
  throw wrong_schedule(text,
                       "day-of-month '" + std::string(words[2]) + "': not in month '" + std::string(words[3]) + "'");
}

bool Schedule::is_day_due(local_days day) const {
  const year_month_day date(day);
  if (!months_[static_cast<unsigned>(date.month())]) return false;
  const bool by_date = days_[static_cast<unsigned>(date.day())];
  const bool by_weekday = weekdays_[weekday(day).c_encoding()];
  return days_restricted_ && weekdays_restricted_ ? by_date || by_weekday : by_date && by_weekday;
}

std::optional<Schedule::Local> Schedule::first_between(Local from, Local end) const {
  for (auto day = floor<days>(from); day < end; day += days(1)) {
    if (!is_day_due(day)) continue;
    for (unsigned h = 0; h < hours_.size(); h++) {
      if (!hours_[h] || day + hours(h + 1) <= from) continue;
      for (unsigned m = 0; m < minutes_.size(); m++) {
        const auto time = day + hours(h) + minutes(m);
        if (minutes_[m] && time >= from) return time < end ? std::optional<Local>(time) : std::nullopt;
      }
    }
  }
  return std::nullopt;
}

std::optional<Schedule::Time> Schedule::next_after(Time after, const TimeZone& zone) const {
  if (every_) return after + *every_;
  const auto give_up = after + horizon;
  for (auto from = after + 1s; from < give_up;) {
    const auto span = zone.span_at(from);
    const auto end = std::min(span.end, give_up);
    auto first = local_of(from, span.offset);
    if (span.begin != Time::min() && !hours_.all()) {
      const auto before = zone.span_at(span.begin - 1s);
      const auto shown_until = local_of(span.begin, before.offset);
      const auto shown_from = local_of(span.begin, span.offset);
      if (from == span.begin && first_between(shown_until, shown_from)) return from;
      first = std::max(first, shown_until);
    }
    if (const auto due = first_between(first, local_of(end, span.offset))) return system_of(*due, span.offset);
    from = end;
  }
  return std::nullopt;
}

}  // namespace sidekick::schedule
