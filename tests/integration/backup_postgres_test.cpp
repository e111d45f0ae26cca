// A database of another kind, by what its own client prints.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/backup_store.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/other_servers.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

/// A server with the database `shop` and rows of every awkward kind in it.
class Shop {
 public:
  Shop() {
    server_.start();
    REQUIRE(eventually(30s, [&] { return sql("postgres", "select 1").exit_code == 0; }));
    create("shop");
    require_sql("shop",
                "create table fruits (id bigint primary key, name text, price numeric, seen timestamptz, raw bytea);"
                "insert into fruits select n, md5(n::text), n / 7.0, timestamptz 'epoch' + n * interval '1 hour',"
                "  decode(md5(n::text), 'hex') from generate_series(1, 20000) n;"
                "insert into fruits values (-1, null, 'NaN', 'infinity', ''), (-2, E'a\\tb\\nc\\\\.', 0, null, null),"
                "  (-3, 'ñandú 🍓', -0.5, '-infinity', '\\x00ff');"
                "create index by_name on fruits (name)");
  }

  /// "exec: pg_dump …".
  std::string source(const std::string& database, const std::string& user = "postgres") const {
    return "exec: pg_dump --host=127.0.0.1 --port=" + std::to_string(server_.port()) + " --username=" + user + " " +
           database;
  }

  Finished take(const BackupStore& store, const std::string& from, const std::vector<std::string>& flags = {}) const {
    auto command = store.command({from}, flags);
    command.environment.emplace_back("PGPASSWORD", "secret");
    return run(command, 60s);
  }

  Finished sql(const std::string& database, const std::string& statement) const {
    return run({psql(database, {"--command", statement}), {{"PGPASSWORD", "secret"}}}, 30s);
  }

  std::string require_sql(const std::string& database, const std::string& statement) const {
    const auto finished = sql(database, statement);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    return finished.out;
  }

  void create(const std::string& database) const { require_sql("postgres", "create database " + database); }

  /// Everything there is in it, as text.
  std::string rows(const std::string& database) const {
    return require_sql(database, "copy (select * from fruits order by id) to stdout") +
           require_sql(database, "select indexdef from pg_indexes where tablename = 'fruits' order by 1");
  }

  /// `sidekick backup fetch latest … | psql DATABASE`, as one types it.
  Finished restore(const BackupStore& store, const std::string& database) const {
    std::vector<std::string> words{"bash",
                                   "-c",
                                   R"(set -o pipefail; "$1" backup fetch latest --to="$2" --plain --out=- | "${@:3}")",
                                   "bash",
                                   sidekick_binary(),
                                   store.url()};
    for (auto& word : psql(database, {"--set=ON_ERROR_STOP=1"})) words.push_back(std::move(word));
    return run({std::move(words), {{"PGPASSWORD", "secret"}}}, 60s);
  }

 private:
  std::vector<std::string> psql(const std::string& database, const std::vector<std::string>& more) const {
    std::vector<std::string> words{"psql",
                                   "--no-psqlrc",
                                   "--quiet",
                                   "--tuples-only",
                                   "--host=127.0.0.1",
                                   "--port=" + std::to_string(server_.port()),
                                   "--username=postgres",
                                   "--dbname=" + database};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Postgres server_;
};

}  // namespace

TEST_CASE("a table of PostgreSQL that was dropped comes back with its rows from what pg_dump printed") {
  const Shop shop;
  const auto wanted = shop.rows("shop");
  const BackupStore store;
  const auto taken = shop.take(store, shop.source("shop"), {"--prove=read"});
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  const auto manifest = store.newest();
  CHECK(text_of(manifest, "job") == "pg_dump");
  CHECK(text_of(manifest, "proof") == "read");
  CHECK(text_of(manifest, "name").ends_with(".exec.out.zst"));
  CHECK(boost::json::serialize(manifest).find("secret") == std::string::npos);

  shop.require_sql("shop", "drop table fruits");
  const auto restored = shop.restore(store, "shop");
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  CHECK(shop.rows("shop") == wanted);
}

TEST_CASE("a pg_dump that cannot start fails the backup with its last line and leaves no object") {
  const Shop shop;
  const BackupStore store;
  const auto taken = shop.take(store, shop.source("no_such_shop"));
  INFO(taken.describe());
  CHECK(taken.exit_code == 74);
  REQUIRE(error_lines(taken).size() == 1);
  CHECK(error_lines(taken).front().find(R"(database \"no_such_shop\" does not exist)") != std::string::npos);
  CHECK(store.files() == std::vector<std::string>{});
}

TEST_CASE("a pg_dump that fails in the middle leaves no partial backup and the previous one stays the latest") {
  const Shop shop;
  const auto wanted = shop.rows("shop");
  const BackupStore store;
  REQUIRE(shop.take(store, shop.source("shop")).exit_code == 0);
  const auto before = store.files();

  // Its rows are read after those of `fruits`, and it turns out only then that not all of them may be.
  shop.require_sql("shop",
                   "create role reader login password 'secret'; create table zebras (n int);"
                   "insert into zebras values (1); alter table zebras enable row level security;"
                   "grant select on all tables in schema public to reader");
  const auto taken = shop.take(store, shop.source("shop", "reader"));
  INFO(taken.describe());
  CHECK(taken.exit_code == 74);
  CHECK(taken.err.find("row-level security") != std::string::npos);
  CHECK(store.files() == before);

  shop.create("other");
  const auto restored = shop.restore(store, "other");
  INFO(restored.describe());
  REQUIRE(restored.exit_code == 0);
  CHECK(shop.rows("other") == wanted);
}
