#include "agent/cli/mongo/verify_report.hpp"

#include <algorithm>
#include <array>
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

std::string field(std::string_view name, const std::string& value) {
  return "\"" + std::string(name) + "\":" + value;
}

std::string field(std::string_view name, std::string_view value) {
  return field(name, json_quoted(value));
}

std::string field(std::string_view name, std::uint64_t value) {
  return field(name, std::to_string(value));
}

std::string truth(std::string_view name, bool value) {
  return field(name, std::string(value ? "true" : "false"));
}

std::string json_of(const verify::Part& part) {
  return "{" + field("ns", std::string_view(part.name)) + "," + field("type", std::string_view(part.type)) + "," +
         field("documents", part.items) + "," + field("bytes", part.bytes) + "}";
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
  std::string out = "{" + truth("whole", true) + "," + field("name", std::string_view(report.name)) + "," +
                    field("form", name_of(report.form)) + "," + field("compression", name_of(report.compression)) +
                    "," + truth("encrypted", report.encrypted) + "," + truth("manifest", report.manifest) + "," +
                    field("server_version", std::string_view(report.server_version)) + ",\"namespaces\":[";
  for (std::size_t i = 0; i < report.parts.size(); i++) out += (i > 0 ? "," : "") + json_of(report.parts[i]);
  out += "],";
  if (!report.unit.empty()) out += field(report.unit, report.items) + ",";
  out += field("bytes", report.bytes);
  if (!report.sha256.empty())
    out += "," + field("stored_bytes", report.stored_bytes) + "," + field("sha256", std::string_view(report.sha256));
  return out + "}\n";
}

}  // namespace sidekick::cli
