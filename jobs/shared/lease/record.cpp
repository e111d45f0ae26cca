#include "lease/record.hpp"

#include <charconv>

#include "sidekick/lines.hpp"

namespace sidekick::lease {

namespace {

constexpr std::string_view held_by = "held by ";
constexpr std::string_view given_up_by = "given up by ";
constexpr std::string_view token_is = "token ";
constexpr std::string_view renewed = "renewed ";
constexpr std::string_view ends_after_seconds = "ends after seconds ";

template <class Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string Record::text() const {
  auto out = std::string(state == State::held ? held_by : given_up_by) + holder + "\n";
  out.append(token_is).append(token).append("\n");
  out.append(ends_after_seconds).append(std::to_string(ends_after.count())).append("\n");
  return out.append(renewed).append(std::to_string(renewals)).append("\n");
}

Record parse_record(std::string_view text) {
  Record record;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with(held_by)) record.holder = line.substr(held_by.size());
    if (line.starts_with(token_is)) record.token = line.substr(token_is.size());
    if (line.starts_with(renewed)) record.renewals = number_of<std::uint64_t>(line.substr(renewed.size()));
    if (line.starts_with(ends_after_seconds))
      record.ends_after = std::chrono::seconds(number_of<std::uint32_t>(line.substr(ends_after_seconds.size())));
    if (!line.starts_with(given_up_by)) continue;
    record.holder = line.substr(given_up_by.size());
    record.state = Record::State::given_up;
  }
  return record;
}

}  // namespace sidekick::lease
