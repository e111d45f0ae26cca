#include "backup/lease_record.hpp"

#include <algorithm>
#include <charconv>

namespace sidekick::backup {

namespace {

constexpr std::string_view held_by = "held by ";
constexpr std::string_view given_up_by = "given up by ";
constexpr std::string_view token_is = "token ";
constexpr std::string_view renewed = "renewed ";
constexpr std::string_view ends_after_seconds = "ends after seconds ";
constexpr std::size_t digits = 10;

template <class Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string prefix_of(std::string_view job) {
  return std::string(job) + ".lease-";
}

}  // namespace

std::string LeaseRecord::text() const {
  auto out = std::string(state == State::held ? held_by : given_up_by) + holder + "\n";
  out.append(token_is).append(token).append("\n");
  out.append(ends_after_seconds).append(std::to_string(ends_after.count())).append("\n");
  return out.append(renewed).append(std::to_string(renewals)).append("\n");
}

LeaseRecord parse_lease_record(std::string_view text) {
  LeaseRecord record;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with(held_by)) record.holder = line.substr(held_by.size());
    if (line.starts_with(token_is)) record.token = line.substr(token_is.size());
    if (line.starts_with(renewed)) record.renewals = number_of<std::uint64_t>(line.substr(renewed.size()));
    if (line.starts_with(ends_after_seconds))
      record.ends_after = std::chrono::seconds(number_of<std::uint32_t>(line.substr(ends_after_seconds.size())));
    if (!line.starts_with(given_up_by)) continue;
    record.holder = line.substr(given_up_by.size());
    record.state = LeaseRecord::State::given_up;
  }
  return record;
}

std::string lease_name(std::string_view job, std::uint64_t generation) {
  auto number = std::to_string(generation);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return prefix_of(job) + number;
}

std::optional<std::uint64_t> lease_generation(std::string_view job, std::string_view name) {
  const auto prefix = prefix_of(job);
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || name.size() < digits) return std::nullopt;
  return number;
}

}  // namespace sidekick::backup
