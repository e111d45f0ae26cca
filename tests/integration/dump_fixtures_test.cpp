// Each fixture restored into the server it came from and dumped again: the strict reader finds in the new dump what is
// in the fixture, and a restore of it brings the same state once more.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/integration/generated.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/strict_archive.hpp"

namespace sidekick::test {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// Nothing may be lost on the way in that a dump would then be blamed for.
const std::map<std::string, std::string> more_restore_flags{{"indexes.archive.gz", "--keepIndexVersion"},
                                                            {"violating.archive", "--bypassDocumentValidation"}};

struct Form {
  enum class Kind { archive, folder } kind;
  std::string compression;  ///< "", "gzip" or "zstd"
};

const std::array<Form, 6> forms{{{Form::Kind::archive, ""},
                                 {Form::Kind::folder, "gzip"},
                                 {Form::Kind::archive, "zstd"},
                                 {Form::Kind::folder, ""},
                                 {Form::Kind::archive, "gzip"},
                                 {Form::Kind::folder, "zstd"}}};

bool has(const std::vector<std::string>& flags, const std::string& flag) {
  return std::ranges::find(flags, flag) != flags.end();
}

/// What of the fixture was dumped: its mongodump flags without those that say from where, whereto and how.
std::vector<std::string> selection(const json::object& dump) {
  std::vector<std::string> flags{"--allow-empty"};
  for (const auto& entry : dump.at("mongodump_flags").as_array()) {
    const std::string flag(entry.as_string());
    if (flag.starts_with("--db=") || flag == "--dumpDbUsersAndRoles") flags.push_back(flag);
  }
  return flags;
}

class Redump {
 public:
  explicit Redump(const std::string& file)
      : file_(file),
        dump_(expected().at("archives").at(file).as_object()),
        fixture_(file),
        server_({.version = std::string(dump_.at("server_version").as_string())}) {
    auto flags = fixture_.flags(dump_.at("mongorestore_flags"));
    flags.push_back("--uri=" + server_.uri());
    if (const auto more = more_restore_flags.find(file); more != more_restore_flags.end())
      flags.push_back(more->second);
    const Finished finished = restore(flags);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    state_ = read_state(server_.client());
  }

  /// Dumps in that form and compares it with the fixture; then restores it in place of what is there.
  void check(const Form& form) {
    INFO((form.kind == Form::Kind::archive ? "archive " : "folder ") << form.compression);
    const auto path = folder_ / (std::to_string(forms_done_++) + "." + form.compression);
    auto flags = selection(dump_);
    flags.insert(flags.begin(), {"mongodump", "--retry-for=0s", "--uri=" + server_.uri()});
    flags.push_back((form.kind == Form::Kind::archive ? "--archive=" : "--out=") + path.string());
    if (!form.compression.empty()) flags.push_back("--" + form.compression);
    const Finished finished = sidekick_run(flags);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    CHECK(sidekick_run({"verify", path.string()}).exit_code == (nothing_in_it(form) ? 66 : 0));
    if (nothing_in_it(form)) return;
    compare(form.kind == Form::Kind::archive ? read_archive_file_strictly(path) : read_folder_strictly(path));
    if (form.kind == Form::Kind::folder) compare_file_names(path, form.compression);
    restore_anew(path, form);
  }

 private:
  bool nothing_in_it(const Form& form) const {
    return form.kind == Form::Kind::folder && dump_.at("namespaces").as_object().empty() &&
           file_ != "empty-server.archive.gz";
  }

  // Not where the state is not what the fixture holds: after an oplog, and from the days of 3.2.
  void compare(const StrictDump& there) {
    CHECK(there.server_version == dump_.at("server_version").as_string());
    const auto flags = fixture_.flags(dump_.at("mongodump_flags"));
    if (has(flags, "--oplog") || file_ == "old-style.archive") return;
    const auto wanted = fixture_.path().extension() == ".tar"
                            ? read_folder_strictly(fixture_.flags(json::array{"$DIR/dump"}).front())
                            : read_archive_file_strictly(fixture_.path());
    CHECK(joined(differences(wanted, there)) == "");
  }

  static std::set<std::string> file_names(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) names.insert(fs::relative(entry.path(), folder));
    return names;
  }

  void compare_file_names(const fs::path& there, const std::string& compression) {
    if (fixture_.path().extension() != ".tar") return;
    const auto flags = fixture_.flags(dump_.at("mongodump_flags"));
    if (has(flags, "--oplog") || compression != (has(flags, "--gzip") ? "gzip" : "")) return;
    CHECK(file_names(there) == file_names(fixture_.flags(json::array{"$DIR/dump"}).front()));
  }

  void restore_anew(const fs::path& path, const Form& form) {
    const auto client = server_.client();
    const auto databases = client.command("admin", R"({"listDatabases":1,"nameOnly":true})");
    for (const auto& database : databases.at("databases").as_array()) {
      const std::string name(database.at("name").as_string());
      if (name != "admin" && name != "config" && name != "local") client.command(name, R"({"dropDatabase":1})");
    }
    const bool users_of_db = has(selection(dump_), "--dumpDbUsersAndRoles");
    std::vector<std::string> flags{"--uri=" + server_.uri(), "--drop", "--allow-empty"};
    if (const auto more = more_restore_flags.find(file_); more != more_restore_flags.end())
      flags.push_back(more->second);
    if (users_of_db) flags.insert(flags.end(), {"--db=shop", "--restoreDbUsersAndRoles"});
    if (form.kind == Form::Kind::archive)
      flags.push_back("--archive=" + path.string());
    else
      flags.push_back((users_of_db ? path / "shop" : path).string());
    const Finished finished = restore(flags);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    const auto state = read_state(client);
    CHECK(joined(differences(state_.at("namespaces").as_object(), state.at("namespaces").as_object())) == "");
    CHECK(joined(differences(state_.at("users").as_array(), state.at("users").as_array())) == "");
    CHECK(joined(differences(state_.at("roles").as_array(), state.at("roles").as_array())) == "");
  }

  std::string file_;
  const json::object& dump_;
  Fixture fixture_;
  Mongod server_;
  TempDir folder_;
  json::object state_;
  int forms_done_ = 0;
};

}  // namespace

void add_dump_tests() {
  std::size_t turn = 0;
  for (const auto& entry : expected().at("archives").as_object()) {
    const std::string file(entry.key());
    // Two of the forms each, an archive and a folder, in turns; the smallest one takes them all.
    const bool all = file == "multi.archive.gz" || file == "multi-dir.tar";
    const bool large = file == "interleaved.archive.gz";  // 240 MB: once and without compression
    const std::size_t first = all || large ? 0 : turn++ % 3 * 2;
    const std::size_t count = all ? forms.size() : large ? 1 : 2;
    add_test("dump again what is in " + file, "[dump]", [file, first, count] {
      Redump redump(file);
      for (std::size_t i = 0; i < count; i++) redump.check(forms.at(first + i));
    });
  }
}

}  // namespace sidekick::test
