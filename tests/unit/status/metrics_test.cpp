#include "agent/status/metrics.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <thread>
#include <vector>

using namespace sidekick;
using namespace sidekick::status;

namespace {

constexpr Metric syncs{"syncs_total", "how many syncs there were", MetricType::counter};
constexpr Metric up{"up", "whether it runs", MetricType::gauge};
constexpr Metric took{"took_seconds", "how long it took", MetricType::summary};

}  // namespace

TEST_CASE("a counter grows, a gauge has its last value, a summary its sum and count") {
  Metrics metrics;
  metrics.record(syncs, 1, {{"status", "success"}});
  metrics.record(syncs, 2, {{"status", "success"}});
  metrics.record(syncs, 1, {{"status", "error"}});
  metrics.record(up, 1, {});
  metrics.record(up, 0, {});
  metrics.record(took, 0.25, {});
  metrics.record(took, 1.5, {});
  CHECK(metrics.text() ==
        "# HELP syncs_total how many syncs there were\n"
        "# TYPE syncs_total counter\n"
        "syncs_total{status=\"error\"} 1\n"
        "syncs_total{status=\"success\"} 3\n"
        "# HELP took_seconds how long it took\n"
        "# TYPE took_seconds summary\n"
        "took_seconds_sum 1.75\n"
        "took_seconds_count 2\n"
        "# HELP up whether it runs\n"
        "# TYPE up gauge\n"
        "up 0\n");
}

TEST_CASE("labels and help are escaped, so that no value breaks a line") {
  static constexpr Metric odd{"odd", "a \\ and\na \"quote\"", MetricType::gauge};
  Metrics metrics;
  metrics.record(odd, 1, {{"a", "x\"y\\z\n"}, {"b", ""}});
  CHECK(metrics.text() ==
        "# HELP odd a \\\\ and\\na \"quote\"\n"
        "# TYPE odd gauge\n"
        "odd{a=\"x\\\"y\\\\z\\n\",b=\"\"} 1\n");
}

TEST_CASE("large, small and infinite values are written so that they read back") {
  Metrics metrics;
  metrics.record(up, 1795242900.125, {});
  CHECK(metrics.text().ends_with("up 1795242900.125\n"));
  metrics.record(up, std::numeric_limits<double>::infinity(), {});
  CHECK(metrics.text().ends_with("up +Inf\n"));
  metrics.record(up, std::numeric_limits<double>::quiet_NaN(), {});
  CHECK(metrics.text().ends_with("up NaN\n"));
}

TEST_CASE("figures recorded by several threads all count") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; n++) metrics.record(syncs, 1, {});
    });
  for (auto& thread : threads) thread.join();
  CHECK(metrics.text().ends_with("syncs_total 4000\n"));
}
