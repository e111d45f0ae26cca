#include "agent/cli/mongo/verify_report.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "agent/cli/output.hpp"
#include "sidekick/json.hpp"

namespace sidekick::cli {

using verify::Form;
using verify::Report;

namespace {

std::string_view name_of(Form form) noexcept {
  switch (form) {
    case Form::archive:
      return "archive";
    case Form::dump_folder:
      return "dump folder";
    case Form::bson:
      return "bson";
    case Form::tar:
      return "tar";
    case Form::output:
      break;
  }
  return "output";
}

std::string_view name_of(filters::Compression compression) noexcept {
  if (compression == filters::Compression::gzip) return "gzip";
  return compression == filters::Compression::zstd ? "zstd" : "none";
}

using Row = std::array<std::string, 4>;
using Widths = std::array<std::size_t, 4>;

std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string line_of(const Row& row, const Widths& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); i++) {
    const std::string padding(widths[i] - width_of(row[i]), ' ');
    const bool number = i >= 2;
    line += std::string(i > 0 ? 2 : 0, ' ') + (number ? padding + row[i] : row[i] + padding);
  }
  return line + "\n";
}

boost::json::object json_of(const verify::Part& part) {
  return {{"ns", part.name}, {"type", part.type}, {"documents", part.items}, {"bytes", part.bytes}};
}

}  // namespace

std::string to_table(const Report& report) {
  std::vector<Row> rows;
  rows.push_back({"NAMESPACE", "TYPE", report.unit == "files" ? "FILES" : "DOCUMENTS", "BYTES"});
  for (const auto& part : report.parts)
    rows.push_back({printable(part.name), part.type.empty() ? "-" : printable(part.type), std::to_string(part.items),
                    std::to_string(part.bytes)});
  rows.push_back({"TOTAL", "", report.unit.empty() ? "-" : std::to_string(report.items), std::to_string(report.bytes)});
  Widths widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  for (const auto& row : rows) out += line_of(row, widths);
  return out;
}

std::string to_json(const Report& report) {
  boost::json::array parts;
  for (const auto& part : report.parts) parts.push_back(json_of(part));
  boost::json::object out{{"whole", true},
                          {"name", report.name},
                          {"form", name_of(report.form)},
                          {"compression", name_of(report.compression)},
                          {"encrypted", report.encrypted},
                          {"manifest", report.manifest},
                          {"server_version", report.server_version},
                          {"namespaces", std::move(parts)}};
  if (!report.unit.empty()) out[report.unit] = report.items;
  out["bytes"] = report.bytes;
  if (!report.sha256.empty()) {
    out["stored_bytes"] = report.stored_bytes;
    out["sha256"] = report.sha256;
  }
  return json_text(out) + "\n";
}

}  // namespace sidekick::cli
