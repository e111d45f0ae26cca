#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>

#include <cstdio>
#include <iostream>

#include "agent/cli/dispatch.hpp"
#include "sidekick/json.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;

namespace {

struct Ended {
  int code;
  std::string out, err;
};

/// Runs the program's own entry in a process of its own.
Ended call(std::vector<const char*> words, std::vector<const char*> environment = {}) {
  const test::TempDir folder;
  const auto out = (folder / "out").string(), err = (folder / "err").string();
  environment.push_back(nullptr);
  std::cout.flush();  // or a sanitizer's _exit writes the test runner's own words once more
  std::fflush(nullptr);
  const int status = test::in_child([&] {
    const int out_fd = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    const int err_fd = ::open(err.c_str(), O_WRONLY | O_CREAT, 0600);
    if (out_fd < 0 || err_fd < 0) return 99;
    ::dup2(out_fd, STDOUT_FILENO);
    ::dup2(err_fd, STDERR_FILENO);
    return cli::run(static_cast<int>(words.size()), words.data(), environment.data());
  });
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, test::read_file(out), test::read_file(err)};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("git-sync: wrong settings end with the codes of the mode") {
  CHECK(call({"sidekick", "git-sync", "--root=/r", "--bogus"}).code == 2);
  CHECK(call({"sidekick", "git-sync", "--root=/r", "--period=x", "--repo=/x"}).code == 2);
  CHECK(call({"sidekick", "git-sync", "--root=/r"}).code == 1);
  CHECK(call({"sidekick", "git-sync", "--repo=/r"}).code == 1);
  CHECK(call({"sidekick", "git-sync", "--repo=/r", "--root=/r", "--period=1ms"}).code == 1);
  CHECK(call({"sidekick", "git-sync", "--repo=/r", "--root=/r"}, {"GITSYNC_PERIOD="}).code == 1);
  CHECK(call({"sidekick", "git-sync", "--in-place=/d", "--bogus"}).code == 64);
  CHECK(call({"sidekick", "git-sync", "--in-place=/d"}).code == 78);
  CHECK(call({"sidekick", "git-sync"}, {"SIDEKICK_IN_PLACE=/d"}).code == 78);
}

TEST_CASE("git-sync: wrong settings of linked mode are one line of the peer's log") {
  for (const auto& ended : {call({"/git-sync", "--root=/r", "--bogus"}), call({"/git-sync", "--root=/r"})}) {
    const auto line = parse_json(ended.err);
    CHECK(std::ranges::count(ended.err, '\n') == 1);
    CHECK(line.as_object().contains("logger"));
    CHECK(line.at("caller").as_object().contains("file"));
    CHECK_FALSE(line.as_object().contains("level"));
    CHECK(line.at("error") == line.at("msg"));
  }
  CHECK(call({"/git-sync", "--root=/r", "--log-format=text"}).err.starts_with("ts="));
  CHECK(parse_json(call({"sidekick", "git-sync", "--in-place=/d"}).err).at("level") == "error");
}

TEST_CASE("git-sync: without a word the article's variables select it") {
  const auto ended =
      call({"/sidekick"}, {"REPOSITORY=/nowhere/repository", "DESTINATION=/proc/nothing", "SIDEKICK_RETRY_FOR=never"});
  CHECK(ended.code == 78);
  CHECK(has(ended.err, "SIDEKICK_RETRY_FOR 'never': not a duration"));
  CHECK(has(ended.err, "\"job\":\"git-sync\""));
  CHECK(call({"/sidekick"}, {"REPOSITORY=/r"}).code == 64);
  CHECK(call({"/sidekick"}, {"REPOSITORY=/r", "DESTINATION="}).code == 64);
}

TEST_CASE("git-sync: the error file tells of wrong settings too") {
  const test::TempDir folder;
  const auto root = "--root=" + (folder / "root").string();
  const auto ended = call({"/git-sync", root.c_str(), "--repo=/r", "--filter=x", "--error-file=error.json"});
  CHECK(ended.code == 1);
  const auto file = parse_json(test::read_file(folder / "root/error.json"));
  CHECK(has(std::string(file.at("Msg").as_string()), "--filter 'x': not a filter"));
  CHECK(has(std::string(file.at("Err").as_string()), "--filter 'x': not a filter"));
  CHECK(file.at("Args").is_object());
}

TEST_CASE("git-sync: no password is printed whatever is wrong") {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"/git-sync", "--root=/r", "--repo=https://u:hunter2@h/x", "--print-config", "--password=hunter2",
            "--sync-token=hunter2", R"(--credential={"url":"hunter2"})", "--git-config=http.extraHeader:hunter2"},
           {"/git-sync", "--root=/r", "--repo=https://u:hunter2@h/x", "--filter=x"},
           {"/git-sync", "--root=/r", "--repo=https://u:hunter2@h/x", "--git-config=x.y:hunter2"},
           {"/git-sync", "--root=/r", "--repo=https://h/x", "--webhook-url=http://u:hunter2@h/",
            "--webhook-timeout=1"}}) {
    const auto ended = call(words);
    CHECK(ended.code != 0);
    CHECK_FALSE(has(ended.out + ended.err, "hunter2"));
  }
}

TEST_CASE("git-sync: a variable of the service of that name is not taken for a setting") {
  const auto ended = call({"/git-sync", "--root=/r", "--filter=x", "--repo=/r"}, {"SIDEKICK_PORT=tcp://10.0.0.1:80"});
  CHECK(has(ended.err, "SIDEKICK_PORT is ignored"));
  CHECK(has(ended.err, "--filter 'x': not a filter"));
}

TEST_CASE("git-sync: an address that cannot be listened on is told at the start") {
  const auto ended = call({"/git-sync", "--root=/nowhere/r", "--repo=/r", "--http-bind=nowhere"});
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "'nowhere' is not an address to listen on"));
}
