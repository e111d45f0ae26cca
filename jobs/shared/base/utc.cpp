#include "sidekick/utc.hpp"

#include <algorithm>
#include <array>

namespace sidekick {

namespace {

using namespace std::chrono;

constexpr std::string_view rfc_form = "dddd-dd-ddTdd:dd:dd.dddZ";
constexpr std::string_view whole_form = "dddd-dd-ddTdd:dd:ddZ";
constexpr std::string_view compact_form = "dddd|dd|ddTdd|dd|ddZ";

using Numbers = std::array<int, 7>;  // from the year to the millisecond

/// The numbers in `text` at the 'd's of `form`; other characters separate groups, '|' without a character.
std::optional<Numbers> numbers(std::string_view text, std::string_view form) {
  Numbers out{};
  std::size_t group = 0;
  for (const char wanted : form) {
    if (wanted == '|') {
      group++;
      continue;
    }
    if (text.empty()) return std::nullopt;
    const char c = text.front();
    text.remove_prefix(1);
    if (wanted == 'd') {
      if (c < '0' || c > '9') return std::nullopt;
      out[group] = out[group] * 10 + (c - '0');
    } else {
      if (c != wanted) return std::nullopt;
      group++;
    }
  }
  if (!text.empty()) return std::nullopt;
  return out;
}

std::optional<WallTime> time_of(const Numbers& n) {
  const year_month_day day{year(n[0]), month(static_cast<unsigned>(n[1])),
                           std::chrono::day(static_cast<unsigned>(n[2]))};
  if (!day.ok() || n[3] > 23 || n[4] > 59 || n[5] > 59) return std::nullopt;
  return sys_days(day) + hours(n[3]) + minutes(n[4]) + seconds(n[5]) + milliseconds(n[6]);
}

Numbers numbers_of(WallTime time) {
  const auto midnight = floor<days>(time);
  const year_month_day day(midnight);
  const hh_mm_ss clock(time - midnight);
  return {static_cast<int>(day.year()),
          static_cast<int>(static_cast<unsigned>(day.month())),
          static_cast<int>(static_cast<unsigned>(day.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

std::string text_of(WallTime time, std::string_view form) {
  const auto n = numbers_of(time);
  std::string out;
  std::size_t group = 0;
  for (std::size_t at = 0; at < form.size(); at++) {
    const auto width = std::min(form.find_first_not_of('d', at), form.size()) - at;
    if (width > 0) {
      const auto digits = std::to_string(n[group++]);
      out.append(width - std::min(digits.size(), width), '0').append(digits);
      at += width;
    }
    if (form[at] != '|') out += form[at];
  }
  return out;
}

}  // namespace

std::string utc_text(WallTime time) {
  return text_of(time, rfc_form);
}

std::string compact_utc_text(WallTime time) {
  return text_of(time, compact_form);
}

std::optional<WallTime> parse_utc(std::string_view text) noexcept {
  const auto n = numbers(text, rfc_form);
  return n ? time_of(*n) : std::nullopt;
}

std::optional<WallTime> parse_whole_utc(std::string_view text) noexcept {
  const auto n = numbers(text, whole_form);
  return n ? time_of(*n) : std::nullopt;
}

std::optional<WallTime> parse_compact_utc(std::string_view text) noexcept {
  const auto n = numbers(text, compact_form);
  return n ? time_of(*n) : std::nullopt;
}

}  // namespace sidekick
