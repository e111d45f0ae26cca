#include "restore/plan.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::restore;
using namespace sidekick::test;
using mongo::DumpCollection;

namespace {

std::vector<DumpCollection> dump() {
  return {{{"admin", "system.users"}, "", ""},
          {{"admin", "system.version"}, "", ""},
          {{"shop", "fruits"}, R"({"options":{},"indexes":[]})", "collection"},
          {{"shop", "log"}, R"({"options":{"capped":true,"size":4096}})", "collection"},
          {{"shop", "cheap"}, R"({"options":{"viewOn":"fruits","pipeline":[]}})", "view"},
          {{"shop", "heat"}, R"({"options":{"timeseries":{"timeField":"t"}}})", "timeseries"},
          {{"farm", "fruits"}, "", ""},
          {{"farm", "system.js"}, "", ""},
          {{"farm", "system.profile"}, "", ""},
          {{"local", "startup_log"}, "", ""},
          {{"", "oplog"}, "", ""}};
}

/// The names at the target of what is created.
std::vector<std::string> created(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& target : plan.targets)
    if (target && target->is_created()) out.push_back(target->ns.text());
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("without flags a plan takes all but what belongs to the server and the oplog") {
  const auto plan = make_plan({}, dump());
  CHECK(created(plan) == Names{"shop.fruits", "shop.log", "shop.cheap", "shop.heat", "farm.fruits", "farm.system.js"});
  CHECK(plan.passed_over == Names{"farm.system.profile", "local.startup_log"});
  REQUIRE(plan.targets.size() == dump().size());
  CHECK(plan.targets[0]->role == Role::users);
  CHECK(plan.targets[0]->documents.text() == "admin.tempusers");
  CHECK(plan.targets[1]->role == Role::auth_version);
  CHECK(plan.targets[2]->role == Role::collection);
  CHECK_FALSE(plan.targets[2]->ordered);
  CHECK(plan.targets[3]->ordered);
  CHECK(plan.targets[4]->role == Role::view);
  CHECK(plan.targets[5]->role == Role::time_series);
  CHECK(plan.targets[5]->documents.text() == "shop.system.buckets.heat");
  CHECK_FALSE(plan.restores(Role::oplog));
}

TEST_CASE("what a seed was building is no part of a dump") {
  const std::string staging = "sk_shop_7-0123456789abcdef0123456789abcdef_0";
  const auto plan = make_plan({}, {{{"shop", "fruits"}, "", ""}, {{"shop", staging}, "", ""}});
  CHECK(created(plan) == Names{"shop.fruits"});
  CHECK(plan.passed_over == Names{"shop." + staging});
}

TEST_CASE("collections that are placed are restored under those names, and nothing else is") {
  Settings settings;
  settings.placed = {{{"shop", "fruits"}, {"shop", "built"}}, {{"farm", "fruits"}, {"farm", "$odd*"}}};
  const auto plan = make_plan(settings, dump());
  CHECK(created(plan) == Names{"shop.built", "farm.$odd*"});
  CHECK_FALSE(plan.restores(Role::users));
  CHECK(plan.passed_over.empty());
}

TEST_CASE("the flags that choose are asked with the dump's own names") {
  struct Case {
    const char* name;
    std::function<void(Settings&)> set;
    Names created;
  };
  for (const auto& c : std::vector<Case>{
           {"db", [](Settings& s) { s.db = "shop"; }, {"shop.fruits", "shop.log", "shop.cheap", "shop.heat"}},
           {"db and collection", [](Settings& s) { s.db = "shop", s.collection = "log"; }, {"shop.log"}},
           {"include", [](Settings& s) { s.ns_include = {"*.fruits"}; }, {"shop.fruits", "farm.fruits"}},
           {"include, then exclude",
            [](Settings& s) { s.ns_include = {"*.fruits"}, s.ns_exclude = {"farm.*"}; },
            {"shop.fruits"}},
           {"exclude collection",
            [](Settings& s) { s.ns_include = {"shop.*"}, s.exclude_collections = {"fruits", "log"}; },
            {"shop.cheap", "shop.heat"}},
           {"exclude prefix",
            [](Settings& s) { s.ns_include = {"shop.*"}, s.exclude_collection_prefixes = {"fr", "h"}; },
            {"shop.log", "shop.cheap"}},
           {"include and rename",
            [](Settings& s) { s.ns_include = {"shop.fruits"}, s.ns_from = {"shop.*"}, s.ns_to = {"new.*"}; },
            {"new.fruits"}}}) {
    INFO(c.name);
    Settings settings;
    c.set(settings);
    CHECK(created(make_plan(settings, dump())) == c.created);
  }
}

TEST_CASE("flags that select nothing are no input unless that is allowed") {
  Settings settings;
  settings.ns_include = {"nothing.*"};
  const auto error = error_of([&] { make_plan(settings, dump()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
  settings.allow_empty = true;
  CHECK(created(make_plan(settings, dump())).empty());
}

TEST_CASE("a pattern that matches nothing is no input even where others match") {
  struct Case {
    const char* name;
    std::function<void(Settings&)> set;
    const char* mentioned;
  };
  for (const auto& c : std::vector<Case>{
           {"rename", [](Settings& s) { s.ns_from = {"prod"}, s.ns_to = {"stag"}; }, "--nsFrom='prod'"},
           {"rename with a hint", [](Settings& s) { s.ns_from = {"shop"}, s.ns_to = {"stag"}; }, "shop.*"},
           {"rename one of two", [](Settings& s) { s.ns_from = {"shop.*", "shup.*"}, s.ns_to = {"a.*", "b.*"}; },
            "--nsFrom='shup.*'"},
           {"rename by variables", [](Settings& s) { s.ns_from = {"$db$.nothing"}, s.ns_to = {"$db$.x"}; },
            "--nsFrom='$db$.nothing'"},
           {"include one of two", [](Settings& s) { s.ns_include = {"shop.*", "fram.*"}; }, "--nsInclude='fram.*'"}}) {
    INFO(c.name);
    Settings settings;
    c.set(settings);
    const auto error = error_of([&] { make_plan(settings, dump()); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
    CHECK(mentions(*error, c.mentioned));
    settings.allow_empty = true;
    CHECK_FALSE(error_of([&] { make_plan(settings, dump()); }));
  }
}

TEST_CASE("a rename that matches only what is not selected is no input") {
  for (const auto& [name, select] : std::vector<std::pair<const char*, std::function<void(Settings&)>>>{
           {"db", [](Settings& s) { s.db = "farm"; }},
           {"collection", [](Settings& s) { s.db = "farm", s.collection = "fruits"; }},
           {"include", [](Settings& s) { s.ns_include = {"farm.*"}; }}}) {
    INFO(name);
    Settings settings;
    settings.ns_from = {"shop.*"};
    settings.ns_to = {"other.*"};
    select(settings);
    const auto error = error_of([&] { make_plan(settings, dump()); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
    CHECK(mentions(*error, "no selected collection of the dump matches --nsFrom='shop.*'"));
    settings.allow_empty = true;
    CHECK_FALSE(error_of([&] { make_plan(settings, dump()); }));
  }
}

TEST_CASE("a rename of what another pair or flag takes is no mistake") {
  Settings settings;
  settings.ns_from = {"shop.*", "*.fruits", "farm.system.profile", "admin.system.users"};
  settings.ns_to = {"a.*", "b.*fruits", "x.y", "x.z"};
  settings.ns_to[1] = "*.obst";
  settings.ns_exclude = {"shop.*"};
  CHECK_FALSE(error_of([&] { make_plan(settings, dump()); }));
}

TEST_CASE("a database that is not in the dump gets the hint that fits where its name stood") {
  Settings settings;
  settings.db = "new";
  settings.input = Input::archive_file;
  const auto by_flag = error_of([&] { make_plan(settings, dump()); });
  REQUIRE(by_flag);
  CHECK(by_flag->hint() ==
        "--db selects a database of the archive; to restore under another name: --nsFrom='OLD.*' --nsTo='new.*'");
  settings.db_of_uri = true;
  const auto by_uri = error_of([&] { make_plan(settings, dump()); });
  REQUIRE(by_uri);
  CHECK(mentions(*by_uri, "/?authSource=new"));
}

TEST_CASE("flags that select only users select something") {
  Settings settings;
  settings.ns_include = {"admin.*"};
  CHECK(make_plan(settings, dump()).restores(Role::users));
  settings.ns_include = {};
  settings.db = "shop";
  settings.restore_db_users_and_roles = true;
  CHECK(make_plan(settings, {{{"shop", "$admin.system.users"}, "", ""}}).restores(Role::users));
}

TEST_CASE("an oplog that is asked for must be there") {
  Settings settings;
  settings.oplog_replay = true;
  CHECK(make_plan(settings, dump()).restores(Role::oplog));
  auto without = dump();
  without.pop_back();
  CHECK(error_of([&] { make_plan(settings, without); })->kind() == ErrorKind::no_input);
}

TEST_CASE("two collections that would get one name are a matter of configuration") {
  Settings settings;
  settings.ns_from = {"shop.fruits", "farm.fruits"};
  settings.ns_to = {"one.fruits", "one.fruits"};
  const auto error = error_of([&] { make_plan(settings, dump()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "'one.fruits'"));
  settings.ns_from = {"shop.fruits"};
  settings.ns_to = {"nodot"};
  CHECK(error_of([&] { make_plan(settings, dump()); })->kind() == ErrorKind::config);
}

TEST_CASE("users of one database come only when they are asked for") {
  const std::vector<DumpCollection> users{{{"shop", "fruits"}, "", ""}, {{"shop", "$admin.system.roles"}, "", ""}};
  CHECK_FALSE(make_plan({}, users).restores(Role::roles));
  Settings settings;
  settings.db = "shop";
  settings.restore_db_users_and_roles = true;
  const auto plan = make_plan(settings, users);
  CHECK(plan.restores(Role::roles));
  CHECK(plan.targets[1]->documents.text() == "admin.temproles");
  CHECK(plan.unasked_logins.empty());
}

TEST_CASE("users of one database that are not asked for are named, unless their database is not selected") {
  const std::vector<DumpCollection> users{{{"farm", "tools"}, "", ""},
                                          {{"shop", "fruits"}, "", ""},
                                          {{"shop", "$admin.system.users"}, "", ""},
                                          {{"shop", "$admin.system.roles"}, "", ""},
                                          {{"shop", "$admin.system.version"}, "", ""}};
  CHECK(make_plan({}, users).unasked_logins == Names{"shop.$admin.system.users", "shop.$admin.system.roles"});
  Settings settings;
  settings.db = "farm";
  CHECK(make_plan(settings, users).unasked_logins.empty());
}

TEST_CASE("without options all but a time series is a plain collection, and all are ordered where order is asked for") {
  Settings settings;
  settings.restore_options = false;
  settings.maintain_insertion_order = true;
  const auto plan = make_plan(settings, dump());
  CHECK(plan.targets[3]->metadata.options.empty());
  CHECK(plan.targets[3]->ordered);
  CHECK(plan.targets[2]->ordered);
  CHECK(plan.targets[4]->role == Role::collection);
  CHECK(plan.targets[5]->role == Role::time_series);
  CHECK(plan.targets[5]->metadata.options.has("timeseries"));
}

TEST_CASE("the old collection of indexes is read and never written, whatever is selected") {
  Settings settings;
  const std::vector<DumpCollection> old{{{"a", "system.indexes"}, "", ""}, {{"a", "b"}, "", ""}, {{"a", "c"}, "", ""}};
  settings.ns_include = {"a.b"};
  const auto plan = make_plan(settings, old);
  CHECK(created(plan) == Names{"a.b"});
  REQUIRE(plan.targets[0]);
  CHECK(plan.targets[0]->role == Role::legacy_indexes);
  settings.restore_indexes = false;
  CHECK_FALSE(make_plan(settings, old).targets[0]);
}

TEST_CASE("what cannot be restored as it was is refused unless it is left out") {
  const std::vector<DumpCollection> flawed{
      {{"a.b", "c"}, "", ""},
      {{"a", "$c"}, "", ""},
      {{"a", ".c"}, "", ""},
      {{"a", std::string(254, 'c')}, "", ""},
      {{std::string(64, 'a'), "c"}, "", ""},
      {{"a", std::string("c\0", 2)}, "", ""},
      {{"a", "system.buckets.c"}, "", ""},
      {{"a", "c"}, "", "view"},
      {{"a", "c"}, "{}", "timeseries"},
      {{"a", "c"}, R"({"indexes":[{"key":{"x":true},"name":"x"}]})", ""},
      {{"a", "c"}, "", "", Error(ErrorKind::data, "two files")},
  };
  for (const auto& collection : flawed) {
    INFO(collection.ns.text());
    const std::vector<DumpCollection> both{collection, {{"good", "x"}, "", ""}};
    CHECK(error_of([&] { make_plan({}, both); })->kind() == ErrorKind::data);
    Settings settings;
    settings.ns_include = {"good.*"};
    CHECK(created(make_plan(settings, both)) == Names{"good.x"});
  }
}

TEST_CASE("metadata without documents is refused where something would be dropped for it") {
  DumpCollection collection{{"a", "b"}, "{}", ""};
  collection.documents_missing = true;
  CHECK(make_plan({}, {collection}).without_documents == Names{"a.b"});
  Settings settings;
  settings.drop = true;
  CHECK(error_of([&] { make_plan(settings, {collection}); })->kind() == ErrorKind::data);
}

TEST_CASE("metadata that cannot be read is damage") {
  CHECK(error_of([] { make_plan({}, {{{"a", "b"}, "{", ""}}); })->kind() == ErrorKind::data);
}
