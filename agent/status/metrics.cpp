#include "agent/status/metrics.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace sidekick::status {

namespace {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::summary:
      break;
  }
  return "summary";
}

void append_escaped(std::string& out, std::string_view text, std::string_view also) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || also.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
}

std::string written(MetricLabels labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out.append(out.empty() ? "{" : ",").append(name).append("=\"");
    append_escaped(out, value, "\"");
    out += '"';
  }
  if (!out.empty()) out += '}';
  return out;
}

std::string written(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

void append_line(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                 std::string_view value) {
  out.append(name).append(suffix).append(labels).append(" ").append(value).append("\n");
}

}  // namespace

void Metrics::record(const Metric& metric, double value, MetricLabels labels) noexcept try {
  const std::lock_guard lock(mutex_);
  auto& family = families_.try_emplace(metric.name, Family{metric.help, metric.type, {}}).first->second;
  auto& series = family.series[written(labels)];
  series.value = family.type == MetricType::gauge ? value : series.value + value;
  series.count++;
} catch (...) {
  return;  // out of memory: this value is lost
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out.append("# HELP ").append(name).append(" ");
    append_escaped(out, family.help, "");
    out.append("\n# TYPE ").append(name).append(" ").append(type_name(family.type)).append("\n");
    for (const auto& [labels, series] : family.series) {
      const auto is_summary = family.type == MetricType::summary;
      append_line(out, name, is_summary ? "_sum" : "", labels, written(series.value));
      if (is_summary) append_line(out, name, "_count", labels, std::to_string(series.count));
    }
  }
  return out;
}

}  // namespace sidekick::status
