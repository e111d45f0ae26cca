// Somebody reads all of what is published, again and again, while commit after commit arrives.
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

constexpr int files = 16;
constexpr int commits = 200;

// Every file of one commit holds its number and as many bytes as that makes: half a file shows.
void write_all(const GitRepository& repository, int number) {
  std::string text = std::to_string(number) + "\n";
  text.append(static_cast<std::size_t>(1'000 + number * 97 % 9'000), 'x');
  for (int i = 0; i < files; i++)
    repository.write("d" + std::to_string(i % 5) + "/" + std::to_string(i), text + "\nend");
}

bool is_whole(const std::string& text) {
  const auto number = std::atoi(text.c_str());
  return text.size() == std::to_string(number).size() + 1 + static_cast<std::size_t>(1'000 + number * 97 % 9'000) + 4 &&
         text.ends_with("\nend");
}

std::string read_below(int folder, const std::string& name) {
  const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string text(20'000, '\0');
  const auto n = ::read(fd, text.data(), text.size());
  ::close(fd);
  text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return text;
}

// Reads all files below one open folder: what was wrong, or nothing.
std::string wrong_in(int folder, bool same_commit) {
  std::string first;
  for (int i = 0; i < files; i++) {
    const auto name = "d" + std::to_string(i % 5) + "/" + std::to_string(i);
    const auto text = read_below(folder, name);
    if (!is_whole(text)) return name + " is not whole: " + std::to_string(text.size()) + " bytes";
    if (first.empty()) first = text;
    if (same_commit && text != first) return name + " is of another commit";
  }
  return {};
}

struct Reading {
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::string wrong;
};

void read_on(Reading& reading, const fs::path& path, bool same_commit) {
  while (!reading.stop && reading.wrong.empty()) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
      reading.wrong = "there was no tree for a moment";
      return;
    }
    reading.wrong = wrong_in(folder, same_commit);
    ::close(folder);
    reading.rounds++;
  }
}

void read_while_commits_arrive(std::vector<std::string> flags, const fs::path& published, bool same_commit) {
  const GitRepository repository;
  write_all(repository, 0);
  repository.commit();
  flags.insert(flags.end(), {"--repo=" + file_url(repository.path()), "--period=10ms"});
  Child child(git_sync_command(flags));
  REQUIRE(eventually(30s, [&] { return fs::exists(published / "d4/14"); }));
  Reading reading;
  std::thread reader([&] { read_on(reading, published, same_commit); });
  for (int number = 1; number <= commits; number++) {
    write_all(repository, number);
    repository.commit();
  }
  const bool arrived =
      eventually(30s, [&] { return read_file(published / "d0/0").starts_with(std::to_string(commits) + "\n"); });
  reading.stop = true;
  reader.join();
  INFO(child.err());
  CHECK(arrived);
  CHECK(reading.wrong == "");
  CHECK(reading.rounds > 10);
}

}  // namespace

TEST_CASE("A reader of the link never sees a mixture of two commits") {
  const TempDir folder;
  // Readers hold the old tree open for a moment.
  read_while_commits_arrive({"--root=" + (folder / "root").string(), "--link=current", "--stale-worktree-timeout=5s"},
                            folder / "root/current", true);
}

TEST_CASE("A reader of the folder never sees half a file") {
  const TempDir folder;
  read_while_commits_arrive({"--in-place=" + (folder / "www").string()}, folder / "www", false);
}
