#include "schedule/time_zone.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sidekick/error.hpp"

namespace sidekick::schedule {

namespace {

/// Nothing where there is no such file.
std::optional<std::string> content_of(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Error unknown_zone(std::string_view name, const std::string& folder) {
  return {ErrorKind::config, "unknown time zone '" + std::string(name) + "'",
          "use a name such as Europe/Berlin, which needs a file in " + folder +
              ", or a rule such as CET-1CEST,M3.5.0,M10.5.0/3"};
}

}  // namespace

TimeZone TimeZone::named(std::string_view name, const std::string& folder) {
  if (name.starts_with(':')) name.remove_prefix(1);
  TimeZone zone;
  if (name.empty()) return zone;
  if (const auto bytes = content_of(std::filesystem::path(folder) / name)) {
    zone.file_ = parse_zone_file(*bytes, name);
    if (zone.file_.rule.empty()) return zone;
    zone.rule_ = PosixRule::parse(zone.file_.rule);
    if (!zone.rule_) throw unknown_zone(zone.file_.rule, folder);
    return zone;
  }
  if (name == "UTC" || name == "GMT") return zone;
  zone.rule_ = PosixRule::parse(name);
  if (!zone.rule_) throw unknown_zone(name, folder);
  return zone;
}

ZoneSpan TimeZone::span_at(Time time) const {
  const auto next = std::ranges::upper_bound(file_.changes, time, {}, &ZoneFile::Change::at);
  if (next == file_.changes.end() && rule_) {
    auto span = rule_->span_at(time);
    if (!file_.changes.empty()) span.begin = std::max(span.begin, file_.changes.back().at);
    return span;
  }
  ZoneSpan span{Time::min(), Time::max(), file_.first_offset};
  if (next != file_.changes.end()) span.end = next->at;
  if (next != file_.changes.begin()) {
    span.begin = std::prev(next)->at;
    span.offset = std::prev(next)->offset;
  }
  return span;
}

std::chrono::local_seconds TimeZone::local(Time time) const {
  return std::chrono::local_seconds((time + span_at(time).offset).time_since_epoch());
}

}  // namespace sidekick::schedule
