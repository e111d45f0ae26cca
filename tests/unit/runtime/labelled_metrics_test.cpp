#include "agent/runtime/labelled_metrics.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/status/metrics.hpp"

using namespace sidekick;
using namespace sidekick::runtime;

namespace {

constexpr Metric ours{"sidekick_things_total", "Things.", MetricType::counter};
constexpr Metric peers{"git_sync_count_total", "Syncs.", MetricType::counter};

std::string text_of(LabelledMetrics::Label label) {
  status::Metrics all;
  LabelledMetrics metrics(all, "web", label);
  metrics.record(ours, 1, {});
  metrics.record(ours, 2, {{"status", "success"}});
  metrics.record(peers, 1, {{"status", "noop"}});
  return all.text();
}

bool has(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("every series of a job has its name as a label, before those of its own") {
  const auto text = text_of(LabelledMetrics::Label::all);
  CHECK(has(text, "sidekick_things_total{job=\"web\"} 1"));
  CHECK(has(text, "sidekick_things_total{job=\"web\",status=\"success\"} 2"));
  CHECK(has(text, "git_sync_count_total{job=\"web\",status=\"noop\"} 1"));
}

TEST_CASE("a series with a peer's name looks as the peer's does where the job is alone") {
  const auto text = text_of(LabelledMetrics::Label::ours);
  CHECK(has(text, "sidekick_things_total{job=\"web\"} 1"));
  CHECK(has(text, "git_sync_count_total{status=\"noop\"} 1"));
}
