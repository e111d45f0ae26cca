#include "schedule/cron_field.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "sidekick/error.hpp"

namespace sidekick::schedule {

namespace {

bool same_letters(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

/// One field while it is read.
class Reading {
 public:
  Reading(const CronField& field, std::string_view text) : field_(field), text_(text) {}

  std::uint64_t values() const {
    std::uint64_t all = 0;
    for (auto rest = text_;;) {
      const auto comma = rest.find(',');
      all |= part(rest.substr(0, comma));
      if (comma == std::string_view::npos) return all;
      rest.remove_prefix(comma + 1);
    }
  }

 private:
  Error wrong(const std::string& cause) const {
    return {ErrorKind::usage, std::string(field_.name) + " '" + std::string(text_) + "': " + cause,
            "a schedule is five fields, minute hour day-of-month month day-of-week, such as '30 3 * * mon-fri', or "
            "@daily, or '@every 6h'"};
  }

  std::string limits() const { return std::to_string(field_.least) + " to " + std::to_string(field_.most); }

  int number(std::string_view text) const {
    int value = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (text.empty()) throw wrong("a value is missing");
    if (error == std::errc::result_out_of_range) throw wrong("not within " + limits());
    if (error != std::errc() || end != last || text.front() == '-')
      throw wrong("'" + std::string(text) + "' is not a valid value");
    return value;
  }

  int value(std::string_view text) const {
    for (std::size_t i = 0; i < field_.names.size(); i++)
      if (same_letters(text, field_.names[i])) return field_.least + static_cast<int>(i);
    const int value = number(text);
    if (value < field_.least || value > field_.most) throw wrong("not within " + limits());
    return value;
  }

  /// The last of a range: a week may end with the Sunday that it does not begin with.
  int last_value(std::string_view text, int first) const {
    const int last = value(text);
    const bool sunday = field_.most == 7 && last == 0 && first > 0 && !field_.names.empty();
    return sunday ? 7 : last;
  }

  std::uint64_t part(std::string_view part) const {
    const auto slash = part.find('/');
    const auto range = part.substr(0, slash);
    const auto dash = range.find('-');
    int first = field_.least, last = field_.most;
    if (range != "*") {
      first = value(range.substr(0, dash));
      if (dash != std::string_view::npos)
        last = last_value(range.substr(dash + 1), first);
      else if (slash == std::string_view::npos)
        last = first;
    }
    if (last < first) throw wrong("the range ends before it starts");
    int step = 1;
    if (slash != std::string_view::npos) step = number(part.substr(slash + 1));
    if (step < 1 || step > field_.most) throw wrong("the step is not within 1 to " + std::to_string(field_.most));
    std::uint64_t bits = 0;
    for (int i = first; i <= last; i += step) bits |= std::uint64_t{1} << static_cast<unsigned>(i);
    return bits;
  }

  const CronField& field_;
  std::string_view text_;
};

}  // namespace

std::uint64_t parse_cron_field(const CronField& field, std::string_view text) {
  return Reading(field, text).values();
}

}  // namespace sidekick::schedule
