#include "agent/cli/seed/status_report.hpp"

#include <algorithm>
#include <array>

#include "seed/report.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::cli {

namespace {

using Row = std::array<std::string, 6>;

Row row_of(const seed::Entry& entry) {
  if (!entry.is_done()) return {entry.name, entry.state(), "-", "-", "-", entry.held ? entry.holder_text : "-"};
  return {entry.name, entry.state(),      printable(seed::short_text(entry.content)), std::to_string(entry.documents),
          entry.at,   printable(entry.by)};
}

}  // namespace

std::string status_text(const std::vector<seed::Entry>& entries) {
  if (entries.empty()) return "no seeds\n";
  std::vector<Row> rows{{"NAME", "STATE", "CONTENT", "DOCUMENTS", "SINCE", "BY"}};
  for (const auto& entry : entries) rows.push_back(row_of(entry));
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); i++) out += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    out += row.back() + "\n";
  }
  return out;
}

}  // namespace sidekick::cli
