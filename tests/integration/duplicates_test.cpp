// What happens to documents of a dump that are in the target already.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

constexpr const char* file = "multi.archive.gz";

const json::object& whole() {
  return expected().at("archives").at(file).at("namespaces").as_object();
}

// A server with all of the dump in it, but the person 7 of alpha changed and the person 8 gone.
class HalfRestored final {
 public:
  HalfRestored() : fixture_(file) {
    REQUIRE(run({}).exit_code == 0);
    client().command("alpha", R"({"update":"people","updates":[{"q":{"_id":7},"u":{"$set":{"mine":true}}}]})");
    client().command("alpha", R"({"delete":"people","deletes":[{"q":{"_id":8},"limit":1}]})");
    client().command("alpha", R"({"insert":"mine","documents":[{"_id":1}]})");
  }

  Finished run(std::vector<std::string> flags) const {
    flags.insert(flags.end(), {"--uri=" + server_.uri(), "--archive=" + fixture_.path().string()});
    return restore(flags);
  }

  MongoClient client() const { return server_.client(); }

  /// The namespaces without alpha.mine, which is in no dump and must always stay.
  json::object namespaces() const {
    auto all = read_namespaces(client());
    CHECK(all.contains("alpha.mine"));
    all.erase("alpha.mine");
    return all;
  }

  bool seven_is_mine() const { return find(7).size() == 1 && find(7)[0].as_object().contains("mine"); }
  bool eight_is_back() const { return find(8).size() == 1; }

 private:
  json::array find(int id) const {
    return client().documents("alpha", {{"find", "people"}, {"filter", {{"_id", id}}}});
  }

  Fixture fixture_;
  Mongod server_{{.version = "5.0.4"}};
};

}  // namespace

TEST_CASE("a dump restored a second time finds every document stored and ends well") {
  const Fixture fixture(file);
  const Mongod server({.version = "5.0.4"});
  for (int i = 0; i < 2; i++) {
    const Finished finished = restore({"--uri=" + server.uri(), "--archive=" + fixture.path().string()});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(joined(differences(whole(), read_namespaces(server.client()))) == "");
  }
}

TEST_CASE("a document that differs from the dump's is an error, and all the others are stored") {
  const HalfRestored target;
  const Finished finished = target.run({});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("alpha.people") != std::string::npos);
  CHECK(target.seven_is_mine());
  CHECK(target.eight_is_back());
}

TEST_CASE("the flag --on-duplicate keep leaves a differing document as it is and ends well") {
  const HalfRestored target;
  const Finished finished = target.run({"--on-duplicate=keep"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(target.seven_is_mine());
  CHECK(target.eight_is_back());
}

TEST_CASE("the flag --on-duplicate replace brings exactly the dump") {
  const HalfRestored target;
  const Finished finished = target.run({"--on-duplicate=replace"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(joined(differences(whole(), target.namespaces())) == "");
}

TEST_CASE("the flag --on-duplicate error counts even the same document as an error") {
  const HalfRestored target;
  const Finished finished = target.run({"--on-duplicate=error"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(target.seven_is_mine());
  CHECK(target.eight_is_back());
}

TEST_CASE("the flag --stopOnError ends at the first document that differs") {
  const HalfRestored target;
  const Finished finished = target.run({"--stopOnError"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(target.seven_is_mine());
}

TEST_CASE("the flag --maintainInsertionOrder ends at the first document that differs") {
  const HalfRestored target;
  const Finished finished = target.run({"--maintainInsertionOrder"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(target.seven_is_mine());
}

TEST_CASE("the flag --drop brings exactly the dump and leaves what is not in it") {
  const HalfRestored target;
  const Finished finished = target.run({"--drop"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(joined(differences(whole(), target.namespaces())) == "");
}

TEST_CASE("a collection that stands where the dump has a view is an error and keeps its documents") {
  const Fixture fixture(file);
  const Mongod server({.version = "5.0.4"});
  server.client().command("beta", R"({"insert":"view","documents":[{"_id":1,"mine":true}]})");
  const Finished finished = restore({"--uri=" + server.uri(), "--archive=" + fixture.path().string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("beta.view") != std::string::npos);
  CHECK(server.client().documents("beta", {{"find", "view"}}).size() == 1);
}

TEST_CASE("a full capped collection of an old server loses nothing by a second restore") {
  const Fixture fixture("indexes-44.archive");
  const Mongod server({.version = "4.4.2"});
  const auto& wanted = expected().at("archives").at("indexes-44.archive").at("namespaces").as_object();
  for (int i = 0; i < 2; i++) {
    const Finished finished = restore({"--uri=" + server.uri(), "--archive=" + fixture.path().string()});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(joined(differences(wanted, read_namespaces(server.client()))) == "");
  }
}
