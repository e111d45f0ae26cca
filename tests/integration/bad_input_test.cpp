// Input that cannot be restored: one line that names the object and the cause, the right code, nothing written.
#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/generated.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace {

struct BadInput {
  std::string name;
  std::vector<std::string> flags;  ///< $URI, $DATA (tests/data) and $TMP (a fresh folder) are filled in
  int exit_code;
  std::string named;  ///< stands in the error line
  std::string hint;   ///< stands in it too, in its hint
};

std::vector<BadInput> bad_inputs() {
  return {
      {"no such file", {"--uri=$URI", "--archive=$TMP/nothing.archive"}, 66, "nothing.archive", ""},
      {"no such folder", {"--uri=$URI", "$TMP/nothing"}, 66, "nothing", ""},
      {"a folder where a file is meant", {"--uri=$URI", "--archive=$TMP"}, 66, "$TMP", ""},
      {"an empty archive", {"--uri=$URI", "--archive=$TMP/empty.archive"}, 66, "empty.archive", ""},
      {"an empty folder", {"--uri=$URI", "$TMP/folder"}, 66, "folder", ""},
      {"text", {"--uri=$URI", "--archive=$DATA/text.archive"}, 65, "text.archive", ""},
      {"a truncated archive", {"--uri=$URI", "--archive=$DATA/cut.archive"}, 65, "farm.animals", ""},
      {"a damaged archive", {"--uri=$URI", "--archive=$DATA/crc.archive"}, 65, "farm.animals", ""},
      {"an absurd length", {"--uri=$URI", "--archive=$TMP/absurd.archive"}, 65, "absurd.archive", ""},
      {"an unknown flag", {"--uri=$URI", "--archve=$DATA/good.archive"}, 64, "--archve", "--archive"},
      {"an unknown value", {"--uri=$URI", "--archive=$DATA/good.archive", "--on-duplicate=kepp"}, 64, "kepp", ""},
      {"a number out of range", {"--uri=$URI", "--archive=$DATA/good.archive", "--workers=0"}, 64, "workers", ""},
      {"two inputs", {"--uri=$URI", "--archive=$DATA/good.archive", "--dir=$TMP"}, 78, "--dir", ""},
      {"two hosts", {"--uri=$URI", "--host=elsewhere", "--archive=$DATA/good.archive"}, 78, "host", ""},
      {"a bad URI", {"--uri=mongo://db/", "--archive=$DATA/good.archive"}, 64, "uri", ""},
      {"a URI with an unescaped password",
       {"--uri=mongodb://user:open@sesame/@127.0.0.1/", "--archive=$DATA/good.archive"},
       64,
       "connection string",
       "%40"},
      {"a pattern that matches nothing",
       {"--uri=$URI", "--archive=$DATA/good.archive", "--nsInclude=nowhere.*"},
       66,
       "no collection of the dump",
       "--allow-empty"},
      {"a collection without its database", {"--uri=$URI", "--collection=x", "$TMP/one.bson"}, 78, "--db", ""},
  };
}

std::string replaced(std::string text, const std::string& mark, const std::string& with) {
  if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with);
  return text;
}

// The line as JSON escapes nothing that stands in these names.
void refuse(const BadInput& bad) {
  const TempDir folder;
  write_file(folder / "empty.archive", "");
  write_file(folder / "absurd.archive", std::string("\x6d\xe2\x99\x81\xff\xff\xff\x7f", 8) + std::string(100, 'x'));
  write_file(folder / "one.bson", std::string("\x05\0\0\0\0", 5));
  std::filesystem::create_directory(folder / "folder");
  const Mongod server;
  const auto fill = [&](std::string text) {
    text = replaced(std::move(text), "$URI", server.uri());
    text = replaced(std::move(text), "$DATA", test_data("").parent_path().string());
    return replaced(std::move(text), "$TMP", folder.path().string());
  };
  std::vector<std::string> flags;
  for (const auto& flag : bad.flags) flags.push_back(fill(flag));
  const Finished finished = restore(flags, 30s);
  INFO(finished.describe());

  CHECK(finished.exit_code == bad.exit_code);
  const auto errors = error_lines(finished);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find(fill(bad.named)) != std::string::npos);
  if (!bad.hint.empty()) {
    CHECK(errors[0].find("\"hint\":") != std::string::npos);
    CHECK(errors[0].find(bad.hint) != std::string::npos);
  }
  for (const char* secret : {"sesame", "terminate called", "#0 "})
    CHECK(finished.err.find(secret) == std::string::npos);
}

}  // namespace

void add_bad_input_tests() {
  for (const auto& bad : bad_inputs()) add_test("bad input: " + bad.name, "[bad]", [bad] { refuse(bad); });
}

TEST_CASE("bad input: a file that may not be read") {
  // Root reads every file: the program is run as nobody.
  if (::geteuid() != 0) SKIP("wants root, to become somebody else");
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::copy_file(sidekick_binary(), folder / "sidekick");
  write_file(folder / "secret.archive", "x");
  std::filesystem::permissions(folder / "secret.archive", std::filesystem::perms(0600));
  const Mongod server;
  const Finished finished =
      run({{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", folder / "sidekick", "mongorestore",
            "--uri=" + server.uri(), "--archive=" + (folder / "secret.archive").string()}},
          30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 77);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("secret.archive") != std::string::npos);
}

TEST_CASE("a pattern that matches nothing is fine with --allow-empty") {
  const Mongod server;
  const Finished finished = restore({"--uri=" + server.uri(), "--archive=" + test_data("good.archive").string(),
                                     "--nsInclude=nowhere.*", "--allow-empty"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(read_namespaces(server.client()).empty());
}

}  // namespace sidekick::test
