#include "agent/cli/backup/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "agent/cli/output.hpp"
#include "sidekick/json.hpp"

namespace sidekick::cli {

using namespace std::chrono;
using backup::PruneDecision;
using storage::Entry;
using storage::Manifest;
using storage::WallTime;

namespace {

/// Rows of cells; every column but the last is as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) { add(std::move(headings)); }

  void add(std::vector<std::string> row) {
    for (auto& cell : row) cell = printable(cell);
    widths_.resize(std::max(widths_.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); i++) widths_[i] = std::max(widths_[i], row[i].size());
    rows_.push_back(std::move(row));
  }

  std::string text() const {
    std::string out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); i++) {
        line += row[i];
        line.append(widths_[i] - row[i].size() + 2, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string_view verb_of(PruneDecision::What what) {
  switch (what) {
    case PruneDecision::What::keep:
      return "keep";
    case PruneDecision::What::remove:
      return "remove";
    case PruneDecision::What::orphan:
      return "remove orphan";
    case PruneDecision::What::leftover:
      return "remove leftover";
    case PruneDecision::What::unusable:
      break;
  }
  return "ignore";
}

constexpr std::size_t value_column = 16;

void show(std::string& out, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  std::string line(name);
  line += ":";
  line.resize(std::max(line.size() + 1, value_column), ' ');
  out += line + printable(value) + "\n";
}

/// A line below that of what it is part of.
void show_more(std::string& out, const std::string& value) {
  out += std::string(value_column + 2, ' ') + printable(value) + "\n";
}

/// How far it was proven, and what is to be known of it: "stored, suspect", "read, missing".
std::string standing_text(const Entry& backup) {
  std::vector<std::string> out;
  if (backup.manifest) out.emplace_back(name_of(backup.manifest->proof));
  if (backup.manifest && backup.manifest->suspect) out.emplace_back("suspect");
  if (auto flaw = backup.flaw(); !flaw.empty()) out.push_back(std::move(flaw));
  return joined(out);
}

std::string counts_text(const Manifest& backup) {
  if (backup.unit.empty()) return {};
  auto text = storage::counted(backup.items, backup.unit);
  if (!backup.collections.empty()) text += " in " + storage::counted(backup.collections.size(), "collections");
  return text;
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < units.size(); unit++) size /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), size < 9.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
  return text.data();
}

std::string age_text(WallTime now, WallTime then) {
  const auto age = duration_cast<seconds>(now - then);
  if (age < 0s) return "-";
  if (age < 2min) return std::to_string(age.count()) + "s";
  if (age < 2h) return std::to_string(age / 1min) + "m";
  if (age < days(2)) return std::to_string(age / 1h) + "h";
  if (age < days(730)) return std::to_string(age / days(1)) + "d";
  return std::to_string(age / days(365)) + "y";
}

std::string local_time_text(WallTime time, const schedule::TimeZone& zone) {
  const auto utc = floor<seconds>(time);
  const auto offset = zone.span_at(utc).offset;
  const auto local = zone.local(utc);
  const auto day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss clock(local - day);
  const auto off = abs(duration_cast<minutes>(offset));
  return std::to_string(int{date.year()}) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + " " + two_digits(clock.hours().count()) + ":" +
         two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count()) + (offset < 0s ? " -" : " +") +
         two_digits(off / 1h) + ":" + two_digits((off % 1h).count());
}

std::string list_text(const std::vector<Entry>& backups, WallTime now, const schedule::TimeZone& zone) {
  Table table({"NAME", "TAKEN", "AGE", "SIZE", "VERIFIED"});
  for (const auto& backup : backups) {
    const auto taken = backup.manifest ? backup.manifest->started : backup.name().time;
    const auto bytes = backup.manifest ? backup.manifest->bytes : backup.listed.object_bytes.value_or(0);
    table.add({backup.name().text(), local_time_text(taken, zone), age_text(now, taken), size_text(bytes),
               standing_text(backup)});
  }
  return table.text();
}

std::string list_json(const std::vector<Entry>& backups) {
  std::string out;
  for (const auto& backup : backups) {
    auto json = backup.manifest ? json_of(*backup.manifest)
                                : boost::json::object{{"name", backup.name().text()},
                                                      {"job", backup.name().job},
                                                      {"error", backup.failure->message()}};
    json["presence"] = name_of(backup.presence());
    out.append(out.empty() ? "[\n" : ",\n").append(json_text(json, JsonLayout::lines));
  }
  return out.empty() ? "[]\n" : out + "\n]\n";
}

std::string show_text(const Manifest& backup, const std::string& flaw, WallTime now, const schedule::TimeZone& zone) {
  std::string out;
  show(out, "name", backup.name);
  show(out, "job", backup.job);
  show(out, "in the storage", flaw);
  show(out, "source", backup.source);
  show(out, "taken",
       local_time_text(backup.started, zone) + ", " + age_text(now, backup.started) + " ago, in " +
           std::to_string(duration_cast<seconds>(backup.finished - backup.started).count()) + " s");
  show(out, "size",
       size_text(backup.bytes) + " (" + std::to_string(backup.bytes) + " bytes), plain " +
           size_text(backup.plain_bytes));
  show(out, "sha256", backup.sha256);
  show(out, "plain sha256", backup.plain_sha256);
  show(out, "compression", backup.compression);
  show(out, "encrypted", backup.encrypted ? "yes" : "no");
  show(out, "verified", std::string(name_of(backup.proof)));
  if (backup.suspect)
    show(out, "suspect",
         "much smaller than the last good one; run 'backup accept " + backup.name + "' if it is correct");
  show(out, "consistent", backup.consistent ? "yes" : "no, its parts may be of different points in time");
  if (backup.oplog) show(out, "oplog", "yes, a restore replays it");
  show(out, "holds", counts_text(backup));
  for (const auto& part : backup.collections) show_more(out, part.name + " " + std::to_string(part.count));
  show(out, "server", backup.server_version);
  show(out, "made by", backup.tool_version);
  for (const auto& warning : backup.warnings) show(out, "warning", warning);
  return out;
}

std::string decisions_text(const backup::PrunePlan& plan) {
  Table table({"DECISION", "NAME", "SIZE", "REASON"});
  for (const auto& decision : plan.decisions)
    table.add(
        {std::string(verb_of(decision.what)), decision.name, size_text(decision.bytes), joined(decision.reasons)});
  return plan.decisions.empty() ? std::string() : table.text();
}

std::string decisions_json(const backup::PrunePlan& plan, const std::string& job) {
  boost::json::array decisions;
  for (const auto& decision : plan.decisions)
    decisions.push_back({{"name", decision.name},
                         {"decision", verb_of(decision.what)},
                         {"bytes", decision.bytes},
                         {"reasons", boost::json::array(decision.reasons.begin(), decision.reasons.end())}});
  boost::json::object out{{"job", job}, {"stands_still", nullptr}, {"decisions", std::move(decisions)}};
  if (plan.stands_still) out["stands_still"] = *plan.stands_still;
  return json_text(out, JsonLayout::lines) + "\n";
}

}  // namespace sidekick::cli
