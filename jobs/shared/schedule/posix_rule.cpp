#include "schedule/posix_rule.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace sidekick::schedule {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

using Day = PosixRule::Day;

/// Parses a rule from its front. A mismatch makes it false, and later calls then change nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool fits() const { return fits_; }
  bool at_end() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0; }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void need(char c) { fits_ = take(c) && fits_; }

  void name() {
    const bool quoted = take('<');
    const auto is_part = [&](unsigned char c) {
      return std::isalpha(c) != 0 || (quoted && (std::isdigit(c) != 0 || c == '+' || c == '-'));
    };
    const auto end = std::ranges::find_if_not(rest_, is_part);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    fits_ = fits_ && length >= 3;
    rest_.remove_prefix(length);
    if (quoted) need('>');
  }

  int number(int least, int most) {
    int value = 0;
    if (!at_digit()) fits_ = false;
    while (at_digit() && value <= most) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    fits_ = fits_ && value >= least && value <= most;
    return value;
  }

  /// [+|-]hh[:mm[:ss]]
  seconds time(int most_hours) {
    const bool negative = take('-');
    if (!negative) (void)take('+');
    seconds value = std::chrono::hours(number(0, most_hours));
    if (take(':')) value += std::chrono::minutes(number(0, 59));
    if (take(':')) value += seconds(number(0, 59));
    return negative ? -value : value;
  }

  Day day() {
    Day out;
    if (take('M')) {
      out.month = number(1, 12);
      need('.');
      out.week = number(1, 5);
      need('.');
      out.weekday = number(0, 6);
    } else {
      out.form = take('J') ? Day::Form::without_leap_day : Day::Form::with_leap_day;
      out.number = number(out.form == Day::Form::without_leap_day ? 1 : 0, 365);
    }
    if (take('/')) out.time = time(167);  // more than POSIX allows: RFC 8536, 3.3.1
    return out;
  }

 private:
  std::string_view rest_;
  bool fits_ = true;
};

sys_days date_of(const Day& day, std::chrono::year year) {
  using namespace std::chrono;
  if (day.form == Day::Form::weekday) {
    const year_month month = year / std::chrono::month(static_cast<unsigned>(day.month));
    const weekday name(static_cast<unsigned>(day.weekday));
    if (day.week == 5) return month / name[last];
    return month / name[static_cast<unsigned>(day.week)];
  }
  const sys_days first = year / January / 1;
  if (day.form == Day::Form::with_leap_day) return first + days(day.number);
  const bool after_leap_day = year.is_leap() && day.number >= 60;
  return first + days(day.number - 1 + (after_leap_day ? 1 : 0));
}

}  // namespace

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  Reader reader(text);
  PosixRule rule;
  reader.name();
  rule.standard_ = -reader.time(24);  // it says what is added to local time
  if (!reader.at_end()) {
    Summer summer{.offset = rule.standard_ + std::chrono::hours(1),
                  .begins = {.month = 3, .week = 2},
                  .ends = {.month = 11, .week = 1}};
    reader.name();
    if (reader.fits() && !reader.at_end() && !reader.take(',')) {
      summer.offset = -reader.time(24);
      if (!reader.at_end()) reader.need(',');
    }
    if (!reader.at_end()) {
      summer.begins = reader.day();
      reader.need(',');
      summer.ends = reader.day();
    }
    rule.summer_ = summer;
  }
  if (!reader.fits() || !reader.at_end()) return std::nullopt;
  return rule;
}

ZoneSpan PosixRule::span_at(sys_seconds time) const {
  ZoneSpan span{sys_seconds::min(), sys_seconds::max(), standard_};
  if (!summer_) return span;
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year();
  struct Change {
    sys_seconds at;
    seconds offset;
    int place = 0;
  };
  std::array<Change, 10> changes;  // a rule may reach a week into the year before or after
  for (int i = 0; i < 5; i++) {
    const auto of = year + std::chrono::years(i - 2);
    auto* const pair = &changes[static_cast<std::size_t>(i) * 2];
    pair[0] = {date_of(summer_->begins, of) + summer_->begins.time - standard_, summer_->offset};
    pair[1] = {date_of(summer_->ends, of) + summer_->ends.time - summer_->offset, standard_};
    if (pair[1].at < pair[0].at) std::swap(pair[0], pair[1]);
    pair[0].place = 2 * i;
    pair[1].place = 2 * i + 1;
  }
  // Summer time that lasts the whole year ends at the moment when the next begins.
  std::ranges::sort(changes, {}, [](const Change& change) { return std::pair(change.at, change.place); });
  for (const auto& change : changes) {
    if (change.at > time) {
      span.end = change.at;
      break;
    }
    span.begin = change.at;
    span.offset = change.offset;
  }
  return span;
}

}  // namespace sidekick::schedule
