#include "run/report.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <yaml-cpp/yaml.h>

using namespace sidekick::run;
using namespace std::chrono_literals;

namespace {

Report report_of(int attempts) {
  Report out;
  out.program = "tool";
  out.exit_code = 137;
  out.message = "it \"failed\"\n";
  for (int i = 1; i <= attempts; i++) {
    AttemptEnd end;
    end.how = AttemptEnd::How::signalled;
    end.number = 9;
    end.usage = {1500ms, 250ms, 4096};
    out.attempts.push_back({i, WallTime(1s), 2s, end, {}});
  }
  return out;
}

}  // namespace

TEST_CASE("a report is valid and tells a signal from an exit code") {
  const auto told = YAML::Load(report_json(report_of(1)));
  CHECK(told["message"].as<std::string>() == "it \"failed\"\n");
  const auto attempt = told["attempts"][0];
  CHECK(attempt["started"].as<std::string>() == "1970-01-01T00:00:01.000Z");
  CHECK(attempt["end"].as<std::string>() == "signalled");
  CHECK(attempt["signal"].as<std::string>() == "SIGKILL");
  CHECK(attempt["code"].as<int>() == 137);
  CHECK(attempt["user_s"].as<double>() == 1.5);
  CHECK(attempt["took_s"].as<double>() == 2);
}

TEST_CASE("a report is valid whatever bytes the command left in it") {
  auto report = report_of(0);
  report.message = "not UTF-8: \xff\xc3";
  CHECK(boost::json::parse(report_json(report)).at("message").as_string() == "not UTF-8: \xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("of a report that is too long the last attempts are kept") {
  auto report = report_of(1000);
  report.message = std::string(5000, 'm');
  const auto text = report_json(report, 4096);
  CHECK(text.size() <= 4096);
  const auto told = YAML::Load(text);
  CHECK(told["attempt_count"].as<int>() == 1000);
  CHECK(told["attempts"].size() > 3);
  CHECK(told["attempts"][told["attempts"].size() - 1]["attempt"].as<int>() == 1000);
}

TEST_CASE("an attempt that could not be started says why") {
  Report report;
  report.attempts.push_back({1, {}, {}, {}, "no such program"});
  const auto attempt = YAML::Load(report_json(report))["attempts"][0];
  CHECK(attempt["end"].as<std::string>() == "not_started");
  CHECK(attempt["failure"].as<std::string>() == "no such program");
}
