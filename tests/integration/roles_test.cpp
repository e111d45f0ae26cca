// Users with the roles that MongoDB made for the purpose, and what is told where a right is missing.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/fixtures.hpp"
#include "tests/support/guarded_mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

using Form = GuardedMongod::Form;

std::string archive(const std::string& file) {
  return "--archive=" + Fixture(file).path().string();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The collections of the dump; those of others, such as the users of the server, are no matter.
void check_namespaces(const GuardedMongod& guarded, const std::string& file, const std::string& step) {
  INFO(step);
  const auto& wanted = expected().at("archives").at(file).at("namespaces").as_object();
  CHECK(joined(differences(wanted, read_namespaces(guarded.root()))) == "");
}

void restore_as(const GuardedMongod& guarded, const std::string& file, std::vector<std::string> flags) {
  const std::string step = file + (flags.empty() ? "" : " " + flags.front());
  flags.insert(flags.end(), {guarded.uri_flag("loader", "loader"), archive(file)});
  const Finished finished = restore(flags);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  check_namespaces(guarded, file, step);
}

}  // namespace

TEST_CASE("the role restore is enough to restore, with and without --drop, a first and a second time") {
  for (const auto& [version, file] : {std::pair("4.4.2", "shop.archive.gz"), std::pair("6.0.27", "multi.archive.gz"),
                                      std::pair("6.0.27", "timeseries-60.archive.gz")})
    for (const Form form : {Form::standalone, Form::replica_set}) {
      INFO(version << " " << file << (form == Form::standalone ? " standalone" : " replica set"));
      const GuardedMongod guarded(version, form);
      guarded.add_user("loader", "\"restore\"");
      restore_as(guarded, file, {"--drop"});
      restore_as(guarded, file, {"--drop"});
      restore_as(guarded, file, {});
    }
}

TEST_CASE("the role readWrite is enough to restore a database") {
  for (const char* version : {"4.4.2", "6.0.27"})
    for (const Form form : {Form::standalone, Form::replica_set})
      for (const char* flag : {"--drop", "--on-duplicate=same"}) {
        INFO(version << " " << flag << (form == Form::standalone ? " standalone" : " replica set"));
        const GuardedMongod guarded(version, form);
        guarded.add_user("loader", R"({"role":"readWrite","db":"shop"})");
        restore_as(guarded, "shop.archive.gz", {flag, "--db=shop"});
      }
}

TEST_CASE("the role restore is enough for users and roles") {
  for (const char* version : {"4.4.2", "6.0.27"}) {
    const GuardedMongod guarded(version, Form::standalone, "root-pw");
    guarded.add_user("loader", "\"restore\"");
    restore_as(guarded, "users-full.archive.gz", {});
    restore_as(guarded, "users-full.archive.gz", {"--drop"});
  }
}

TEST_CASE("documents that a user may not read count as there by their _id, which is told") {
  const GuardedMongod guarded;
  guarded.add_user("loader", "\"restore\"");
  restore_as(guarded, "shop.archive.gz", {});
  const Finished second = restore({guarded.uri_flag("loader", "loader"), archive("shop.archive.gz")});
  INFO(second.describe());
  CHECK(second.exit_code == 0);
  CHECK(has(second.err, "3 whose _id existed"));
  CHECK(has(second.err, "were not compared"));
  CHECK(has(second.err, "readWrite"));
  const Finished strict =
      restore({guarded.uri_flag("loader", "loader"), archive("shop.archive.gz"), "--on-duplicate=error"});
  CHECK(strict.exit_code == 65);
}

TEST_CASE("the role backup is enough to dump and to back up") {
  for (const char* version : {"4.4.2", "6.0.27"})
    for (const Form form : {Form::standalone, Form::replica_set}) {
      const GuardedMongod guarded(version, form);
      guarded.add_user("saver", "\"backup\"");
      const auto restored = restore({guarded.uri_flag("root", "root"), archive("multi.archive.gz")});
      INFO(version << " " << restored.describe());
      REQUIRE(restored.exit_code == 0);
      const TempDir folder;
      std::vector<std::string> words{"dump", guarded.uri_flag("saver", "saver"),
                                     "--archive=" + (folder / "all.archive").string()};
      if (form == Form::replica_set) words.emplace_back("--oplog");
      const Finished dumped = sidekick_run(words);
      INFO(dumped.describe());
      CHECK(dumped.exit_code == 0);
      std::filesystem::create_directory(folder / "store");
      const auto url = guarded.uri_flag("saver", "saver").substr(std::string("--uri=").size());
      const Finished stored = sidekick_run({"backup", "--from=" + url, "--to=dir:" + (folder / "store").string()});
      INFO(stored.describe());
      CHECK(stored.exit_code == 0);
    }
}

TEST_CASE("a missing right names the role and is not tried for long") {
  const GuardedMongod guarded;
  guarded.add_user("reader", "\"readAnyDatabase\"");
  const Finished restored = restore({guarded.uri_flag("reader", "reader"), archive("shop.archive.gz")}, 60s);
  INFO(restored.describe());
  CHECK(restored.exit_code == 77);
  CHECK(has(restored.err, "role 'restore'"));
  CHECK(restored.wall < 20s);

  guarded.add_user("writer", R"({"role":"readWrite","db":"other"})");
  const TempDir folder;
  const Finished dumped = sidekick_run(
      {"dump", guarded.uri_flag("writer", "writer"), "--db=shop", "--archive=" + (folder / "all.archive").string()});
  INFO(dumped.describe());
  CHECK(dumped.exit_code == 77);
  CHECK(has(dumped.err, "'backup'"));
  CHECK(dumped.wall < 20s);
}

TEST_CASE("a right that is missing after documents were stored ends the restore at once") {
  const GuardedMongod guarded;
  guarded.root().command("admin",
                         R"({"createRole":"no_indexes","roles":[],"privileges":[{"resource":{"db":"","collection":""},)"
                         R"("actions":["listCollections","createCollection","insert","find","collMod"]}]})");
  guarded.add_user("loader", "\"no_indexes\"");
  const Finished finished = restore({guarded.uri_flag("loader", "loader"), archive("multi.archive.gz"),
                                     "--nsExclude=*.system.js", "--nsExclude=*.capped"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 77);
  CHECK(has(finished.err, "cannot build the indexes"));
  CHECK(has(finished.err, "\"attempts\":1"));
}
