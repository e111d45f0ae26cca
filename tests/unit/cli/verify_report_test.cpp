#include "agent/cli/mongo/verify_report.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::verify;

namespace {

Report sample() {
  Report report;
  report.name = "a \"b\"";
  report.compression = filters::Compression::zstd;
  report.server_version = "6.0.5";
  report.parts = {{"shop.fruits", "collection", 3, 159}, {"shop.caf\xc3\xa9", "", 0, 0}, {"oplog", "", 7, 700}};
  report.items = 3;
  report.bytes = 159;
  return report;
}

}  // namespace

TEST_CASE("the table of a proof has a line for each namespace and one of totals in even columns") {
  CHECK(cli::to_table(sample()) ==
        "NAMESPACE    TYPE        DOCUMENTS  BYTES\n"
        "shop.fruits  collection          3    159\n"
        "shop.caf\xc3\xa9    -                   0      0\n"
        "oplog        -                   7    700\n"
        "TOTAL                            3    159\n");
}

TEST_CASE("the table of a proof shows control characters of names instead of obeying them") {
  auto report = sample();
  report.parts = {{"a\x1b[2Jb\n", "", 1, 5}};
  CHECK(cli::to_table(report).find("a\\x1b[2Jb\\x0a  -") != std::string::npos);
}

TEST_CASE("the JSON of a proof is one object on one line") {
  CHECK(cli::to_json(sample()) ==
        R"({"whole":true,"name":"a \"b\"","form":"archive","compression":"zstd","encrypted":false,"manifest":false,)"
        R"("server_version":"6.0.5","namespaces":[{"ns":"shop.fruits","type":"collection","documents":3,"bytes":159},)"
        "{\"ns\":\"shop.caf\xc3\xa9\","
        R"("type":"","documents":0,"bytes":0},{"ns":"oplog","type":"","documents":7,"bytes":700}],)"
        R"("documents":3,"bytes":159})"
        "\n");
}
