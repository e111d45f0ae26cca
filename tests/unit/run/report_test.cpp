#include "run/report.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/json.hpp"

using namespace sidekick;
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

TEST_CASE("a report is valid and distinguishes a signal from an exit code") {
  const auto told = parse_json(report_json(report_of(1)));
  CHECK(told.at("message") == "it \"failed\"\n");
  const auto attempt = told.at("attempts").at(0);
  CHECK(attempt.at("started") == "1970-01-01T00:00:01.000Z");
  CHECK(attempt.at("end") == "signalled");
  CHECK(attempt.at("signal") == "SIGKILL");
  CHECK(attempt.at("code") == 137);
  CHECK(attempt.at("user_s").to_number<double>() == 1.5);
  CHECK(attempt.at("took_s").to_number<double>() == 2);
}

TEST_CASE("a report is valid for any bytes in its message") {
  auto report = report_of(0);
  report.message = "not UTF-8: \xff\xc3";
  CHECK(parse_json(report_json(report)).at("message") == "not UTF-8: \xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("of a report that is too long the last attempts are kept") {
  auto report = report_of(1000);
  report.message = std::string(5000, 'm');
  const auto text = report_json(report, 4096);
  CHECK(text.size() <= 4096);
  const auto told = parse_json(text);
  CHECK(told.at("attempt_count") == 1000);
  const auto& attempts = told.at("attempts").as_array();
  CHECK(attempts.size() > 3);
  CHECK(attempts.back().at("attempt") == 1000);
}

TEST_CASE("an attempt that could not be started says why") {
  Report report;
  report.attempts.push_back({1, {}, {}, {}, "no such program"});
  const auto attempt = parse_json(report_json(report)).at("attempts").at(0);
  CHECK(attempt.at("end") == "not_started");
  CHECK(attempt.at("failure") == "no such program");
}
