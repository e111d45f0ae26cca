#include "storage/catalog.hpp"

#include <catch2/catch_test_macros.hpp>

#include <ctime>
#include <filesystem>
#include <set>

#include "storage/open_storage.hpp"
#include "storage/read_ahead.hpp"
#include "tests/unit/backup/hooked_storage.hpp"
#include "tests/unit/shared/storage/sample.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::storage;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

const WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

struct Shelf {
  TemporaryFolder folder;
  std::unique_ptr<Storage> storage = open_storage("dir:" + folder / "", {});
  CancelToken cancel;
  Recorder recorder;
  mutable status::JobLog log{recorder, "backup", 1};

  void put(const std::string& name, std::string_view bytes = "x") const {
    REQUIRE(storage->put_if_absent(name, bytes, cancel));
  }

  std::string backup(const std::string& job, WallTime time, bool suspect = false) const {
    const auto name = new_backup_name(job, time, "mongodb.archive.zst").text();
    auto manifest = sample_manifest(name, job);
    manifest.suspect = suspect;
    manifest.bytes = 1;
    put(name);
    put(manifest_name(name), to_json(manifest));
    return name;
  }

  std::vector<std::string> listed(const std::string& job) const {
    std::vector<std::string> out;
    for (const auto& name : Catalog(*storage, job).names(cancel)) out.push_back(name.text());
    std::vector<std::string> read;
    for (const auto& entry : Catalog(*storage, job).entries(cancel)) {
      CHECK(entry.presence() == Presence::whole);
      read.push_back(entry.manifest->name);
    }
    CHECK(read == out);
    return out;
  }
};

}  // namespace

TEST_CASE("the name of a backup tells its parts") {
  const auto name = parse_backup_name("shop-db_2-20261121T120000Z-00ff10ab.mongodb.archive.zst.age");
  REQUIRE(name);
  CHECK(name->job == "shop-db_2");
  CHECK(name->time == noon);
  CHECK(name->random == "00ff10ab");
  CHECK(name->suffix == "mongodb.archive.zst.age");
  CHECK(name->text() == "shop-db_2-20261121T120000Z-00ff10ab.mongodb.archive.zst.age");
  const auto nested = parse_backup_name("a-20261121T120000Z-00ff10ab-20271121T120000Z-00000000.dir.tar");
  REQUIRE(nested);
  CHECK(nested->job == "a-20261121T120000Z-00ff10ab");
}

TEST_CASE("every form that backup writes is the name of a backup") {
  for (const std::string form : {"mongodb.archive", "dir.tar", "exec.out"})
    for (const auto* compression : {"", ".gz", ".zst"})
      for (const auto* encryption : {"", ".age"})
        CHECK(parse_backup_name("a-20261121T120000Z-00ff10ab." + form + compression + encryption));
}

TEST_CASE("names of other forms are none of a backup") {
  for (const char* text : {"",
                           ".",
                           "-",
                           "a",
                           "a.json",
                           "20261121T120000Z-00ff10ab.dir.tar",
                           "-20261121T120000Z-00ff10ab.dir.tar",
                           "a-20261121T120000Z-00ff10ab",
                           "a-20261121T120000Z-00ff10ab.",
                           "a-20261121T120000Z-00ff10ab..tar",
                           "a-20261121T120000Z-00ff10ab.tar.",
                           "a-20261121T120000Z-00FF10AB.tar",
                           "a-20261121T120000Z-00ff10a.tar",
                           "a-20261121T120000Z-00ff10ab1.tar",
                           "a-20261121T250000Z-00ff10ab.tar",
                           "a-20261131T120000Z-00ff10ab.tar",
                           "a_20261121T120000Z-00ff10ab.tar",
                           "a-20261121T120000Z_00ff10ab.tar",
                           "a b-20261121T120000Z-00ff10ab.tar",
                           "a-20261121T120000Z-00ff10ab.dir.tar.json",
                           "a-20261121T120000Z-00ff10ab.json",
                           "a-20261121T120000Z-00ff10ab.t/r",
                           "a-20261121T120000Z-00ff10ab.exec.out.zst.bak",
                           "a-20261121T120000Z-00ff10ab.exec.out.zst.json.bak",
                           "a-20261121T120000Z-00ff10ab.exec.out.age.zst",
                           "a-20261121T120000Z-00ff10ab.exec.out.gz.zst",
                           "a-20261121T120000Z-00ff10ab.notes.txt",
                           "a-20261121T120000Z-00ff10ab.dir",
                           "../a-20261121T120000Z-00ff10ab.tar",
                           "\xc3\xa9-20261121T120000Z-00ff10ab.tar"}) {
    INFO(text);
    CHECK_FALSE(parse_backup_name(text));
  }
}

TEST_CASE("a new name is in UTC to the second and another each time") {
  std::set<std::string> randoms;
  for (int i = 0; i < 1'000; i++) {
    const auto name = new_backup_name("a", noon + 999ms, "dir.tar");
    CHECK(parse_backup_name(name.text())->time == noon);
    randoms.insert(name.random);
  }
  CHECK(randoms.size() > 990);
}

TEST_CASE("a job has a plain name") {
  for (const std::string& good : {std::string("a"), std::string("A-b_9"), std::string("_"), std::string(100, 'x')})
    CHECK(is_job_name(good));
  for (const std::string& bad : {std::string(), std::string("-a"), std::string("a.b"), std::string("a/b"),
                                 std::string("a b"), std::string("\xc3\xa9"), std::string(101, 'x')})
    CHECK_FALSE(is_job_name(bad));
}

TEST_CASE("jobs whose names begin alike are told apart") {
  const Shelf shelf;
  const auto old = shelf.backup("shop", noon);
  const auto other = shelf.backup("shop-db", noon + 1s);
  const auto nested = shelf.backup("shop-20261121T120000Z-00ff10ab", noon + 2s);
  const auto young = shelf.backup("shop", noon + 3s);
  shelf.put("shop.lease");
  shelf.put("shop-notes.json", "{");
  CHECK(shelf.listed("shop") == std::vector{old, young});
  CHECK(shelf.listed("shop-db") == std::vector{other});
  CHECK(shelf.listed("sho").empty());
  CHECK(shelf.listed("") == std::vector{old, other, nested, young});
}

TEST_CASE("without a manifest there is no backup but an orphan") {
  const Shelf shelf;
  const auto whole = shelf.backup("shop", noon);
  const auto orphan = new_backup_name("shop", noon + 1s, "dir.tar").text();
  shelf.put(orphan);
  shelf.put(new_backup_name("shop-db", noon + 1s, "dir.tar").text());
  shelf.put("shop-unknown.txt");
  CHECK(shelf.listed("shop") == std::vector{whole});
  const auto orphans = Catalog(*shelf.storage, "shop").orphans(shelf.cancel);
  REQUIRE(orphans.size() == 1);
  CHECK(orphans[0].name == orphan);
  CHECK(orphans[0].bytes == 1);
}

TEST_CASE("the latest backup is the newest that is not suspect") {
  const Shelf shelf;
  Catalog catalog(*shelf.storage, "shop");
  const auto latest = [&] { return catalog.find("latest", shelf.log, shelf.cancel).name; };
  const auto none = error_of([&] { latest(); });
  REQUIRE(none);
  CHECK(none->kind() == ErrorKind::no_input);
  const auto suspect = shelf.backup("shop", noon + 2s, true);
  const auto all_suspect = error_of([&] { latest(); });
  REQUIRE(all_suspect);
  CHECK(mentions(*all_suspect, "backup accept " + suspect));
  const auto good = shelf.backup("shop", noon + 1s);
  shelf.backup("shop", noon);
  shelf.backup("shop-db", noon + 9s);
  CHECK(latest() == good);
  CHECK(catalog.find(suspect, shelf.log, shelf.cancel).name == suspect);
}

TEST_CASE("a backup that is not there is an error with the nearest name") {
  const Shelf shelf;
  const auto name = shelf.backup("shop", noon);
  const auto other = shelf.backup("shop-db", noon);
  shelf.backup("shop", noon + 72h);
  Catalog catalog(*shelf.storage, "shop");
  auto wrong = name;
  wrong[wrong.find('.') - 1] = 'x';
  for (const auto& asked : {wrong, other, std::string(), std::string("../x"), name + ".json"}) {
    INFO(asked);
    const auto error = error_of([&] { catalog.find(asked, shelf.log, shelf.cancel); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
  }
  CHECK(mentions(*error_of([&] { catalog.find(wrong, shelf.log, shelf.cancel); }), "did you mean '" + name + "'?"));
}

TEST_CASE("where a job has no backup it is told which jobs have") {
  const Shelf shelf;
  Catalog catalog(*shelf.storage, "shop");
  for (const std::string asked : {"latest", "shop"}) {
    INFO(asked);
    CHECK(mentions(*error_of([&] { catalog.find(asked, shelf.log, shelf.cancel); }), "it holds no backups"));
  }
  shelf.backup("stock", noon);
  shelf.backup("shop-db", noon);
  shelf.backup("stock", noon + 1s);
  for (const std::string asked : {"latest", "shop"}) {
    INFO(asked);
    CHECK(mentions(*error_of([&] { catalog.find(asked, shelf.log, shelf.cancel); }),
                   "it holds backups of: shop-db, stock"));
  }
}

TEST_CASE("a manifest that cannot be read or is that of another is an error of data") {
  const Shelf shelf;
  const auto name = shelf.backup("shop", noon);
  Catalog catalog(*shelf.storage, "shop");
  for (const auto& bytes : {std::string("{"), to_json(sample_manifest(name, "shop-db")),
                            to_json(sample_manifest("shop-20261121T120000Z-00000000.dir.tar", "shop"))}) {
    shelf.storage->replace(manifest_name(name), bytes, shelf.cancel);
    const auto error = error_of([&] { catalog.find(name, shelf.log, shelf.cancel); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, name + ".json"));
  }
}

TEST_CASE("a manifest that cannot be read is one entry and the others are read") {
  const Shelf shelf;
  const auto good = shelf.backup("shop", noon);
  const auto bad = shelf.backup("shop", noon + 1s);
  const auto younger = shelf.backup("shop", noon + 2s);
  shelf.storage->replace(manifest_name(bad), "{", shelf.cancel);
  Catalog catalog(*shelf.storage, "shop");
  const auto entries = catalog.entries(shelf.cancel);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].manifest->name == good);
  CHECK(entries[1].presence() == Presence::unreadable);
  CHECK(entries[1].name().text() == bad);
  CHECK(entries[1].flaw().starts_with("unreadable: manifest '" + bad + ".json' cannot be read: not JSON"));
  CHECK(entries[2].manifest->name == younger);
}

TEST_CASE("a backup whose object is gone or cut is not the latest and a damaged manifest is not passed over") {
  const Shelf shelf;
  Catalog catalog(*shelf.storage, "shop");
  const auto whole = shelf.backup("shop", noon);
  const auto cut = shelf.backup("shop", noon + 1s);
  const auto gone = shelf.backup("shop", noon + 2s);
  const auto damaged = shelf.backup("shop", noon + 3s);
  shelf.storage->replace(cut, "", shelf.cancel);
  shelf.storage->remove(gone, shelf.cancel);
  shelf.storage->replace(manifest_name(damaged), "{", shelf.cancel);
  const auto unreadable = error_of([&] { catalog.find("latest", shelf.log, shelf.cancel); });
  REQUIRE(unreadable);
  CHECK(unreadable->kind() == ErrorKind::data);
  const auto entries = catalog.entries(shelf.cancel);
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].flaw().empty());
  CHECK(entries[1].flaw() == "0 of 1 bytes");
  CHECK(entries[2].flaw() == "missing");
  CHECK(catalog.find(gone, shelf.log, shelf.cancel).name == gone);
  CHECK(catalog.newest(shelf.cancel)->name().text() == damaged);
  shelf.storage->remove(damaged, shelf.cancel);
  CHECK(catalog.find("latest", shelf.log, shelf.cancel).name == whole);
  const auto warnings = shelf.recorder.lines(LogLevel::warning);
  REQUIRE(warnings.size() == 3);
  CHECK(warnings[2].find("has 0 of 1 bytes") != std::string::npos);
  shelf.storage->remove(cut, shelf.cancel);
  CHECK(catalog.find("latest", shelf.log, shelf.cancel).name == whole);
  CHECK(catalog.newest(shelf.cancel)->name().text() == whole);
  shelf.storage->remove(whole, shelf.cancel);
  CHECK_FALSE(catalog.newest(shelf.cancel));
  const auto none = error_of([&] { catalog.find("latest", shelf.log, shelf.cancel); });
  REQUIRE(none);
  CHECK(none->kind() == ErrorKind::no_input);
  CHECK(mentions(*none, "has its whole object"));
}

TEST_CASE("an object that one listing does not show is looked for in a second one") {
  TemporaryFolder folder;
  HookedStorage storage(folder / "");
  const CancelToken cancel;
  const auto name = new_backup_name("shop", noon, "dir.tar").text();
  auto manifest = sample_manifest(name, "shop");
  manifest.bytes = 1;
  REQUIRE(storage.put_if_absent(name, "x", cancel));
  REQUIRE(storage.put_if_absent(manifest_name(name), to_json(manifest), cancel));
  int listings = 0;
  storage.listed = [&](std::vector<Object>& found) {
    if (++listings == 1) std::erase_if(found, [&](const Object& object) { return object.name == name; });
  };
  const auto entries = Catalog(storage, "shop").entries(cancel);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].presence() == Presence::whole);
  CHECK(listings == 2);
}

TEST_CASE("removing takes the manifest and its object of this job only") {
  const Shelf shelf;
  const auto name = shelf.backup("shop", noon);
  const auto other = shelf.backup("shop-db", noon);
  Catalog catalog(*shelf.storage, "shop");
  for (const auto& wrong : {other, std::string("shop-notes.txt")}) {
    const auto error = error_of([&] { catalog.remove(wrong, shelf.cancel); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::internal);
  }
  catalog.remove(name, shelf.cancel);
  catalog.remove(name, shelf.cancel);
  CHECK(shelf.listed("shop").empty());
  CHECK(shelf.storage->list("", shelf.cancel).size() == 2);
}

TEST_CASE("a thousand manifests of a folder are listed and pruned quickly") {
  const Shelf shelf;
  // Written past the storage, which syncs each.
  for (int i = 0; i < 1'000; i++) {
    const auto name =
        new_backup_name(i % 2 == 0 ? "shop" : "shop-db", noon + std::chrono::minutes(i), "dir.tar").text();
    shelf.folder.file(name, "x");
    auto manifest = sample_manifest(name, i % 2 == 0 ? "shop" : "shop-db");
    manifest.bytes = 1;
    shelf.folder.file(manifest_name(name), to_json(manifest));
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = std::clock();
  CHECK(Catalog(*shelf.storage, "").entries(shelf.cancel).size() == 1'000);
  const auto listed = std::chrono::steady_clock::now();
  Catalog catalog(*shelf.storage, "shop");
  const auto mine = catalog.names(shelf.cancel);
  REQUIRE(mine.size() == 500);
  std::vector<std::string> old;
  for (std::size_t i = 0; i < 400; i++) old.push_back(mine[i].text());
  catalog.remove_all(old, shelf.cancel);
  const auto end = std::chrono::steady_clock::now();
  CHECK(catalog.names(shelf.cancel).size() == 100);
  CHECK(Catalog(*shelf.storage, "shop-db").names(shelf.cancel).size() == 500);
  CHECK(catalog.orphans(shelf.cancel).empty());
  UNSCOPED_INFO("listed in " << (listed - begin) / 1ms << " ms, pruned in " << (end - listed) / 1ms << " ms");
  // An optimised build takes 0.06 s. Of wall time a loaded machine tells nothing, and a sanitizer takes its share.
  CHECK(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC < 4);
}

TEST_CASE("slow reads are done several at once and in order") {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  const auto slow = [&](std::size_t i) {
    most = std::max<int>(most, ++running);
    std::this_thread::sleep_for(2ms);
    running--;
    return i * 2;
  };
  const auto all = read_each<std::size_t>(100, slow);
  for (std::size_t i = 0; i < all.size(); i++) CHECK(all[i] == i * 2);
  CHECK(most > 1);
  CHECK(read_each<std::size_t>(0, slow).empty());
  CHECK(read_each<std::size_t>(1, slow).size() == 1);
  const auto error = error_of([&] {
    read_each<std::size_t>(100, [&](std::size_t i) {
      if (i == 50) throw Error(ErrorKind::data, "fifty");
      return slow(i);
    });
  });
  REQUIRE(error);
  CHECK(error->message() == "fifty");
}
