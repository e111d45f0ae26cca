// What goes over the wire to a server elsewhere.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

/// Bytes that the server has had to decompress so far.
std::int64_t decompressed(const Mongod& server) {
  const auto status = server.client().command("admin", R"({"serverStatus":1})");
  std::int64_t bytes = 0;
  for (const auto& [name, counts] : status.at("network").at("compression").as_object())
    bytes += integer(counts.at("decompressor").at("bytesOut"));
  return bytes;
}

}  // namespace

TEST_CASE("data is compressed on its way to and from another machine, and not to this one") {
  const TempDir folder;
  const auto archive = "--archive=" + (folder / "a.archive").string();
  for (const std::string version : {"4.4.2", "6.0.5"}) {
    CAPTURE(version);
    const Mongod server({.version = version});
    const auto client = server.client();
    for (int i = 0; i < 50; i++)
      client.command("shop", R"({"insert":"a","documents":[{"text":")" + std::string(10'000, 'x') + R"("}]})");
    // This machine by an address that does not tell.
    const auto elsewhere = "mongodb://0.0.0.0:" + std::to_string(server.port()) + "/";
    const auto here = "mongodb://" + server.address() + "/";
    const auto succeed = [](const std::vector<std::string>& words) {
      const auto finished = sidekick_run(words);
      INFO(finished.describe());
      REQUIRE(finished.exit_code == 0);
    };
    succeed({"dump", "--uri=" + here, "--db=shop", archive});
    succeed({"restore", "--uri=" + here, "--drop", archive});
    CHECK(decompressed(server) == 0);
    succeed({"restore", "--uri=" + elsewhere + "?compressors=none", "--drop", archive});
    CHECK(decompressed(server) == 0);
    succeed({"restore", "--uri=" + elsewhere, "--drop", archive});
    CHECK(decompressed(server) > 500'000);
    succeed({"dump", "--uri=" + elsewhere, "--db=shop", archive});
  }
}
