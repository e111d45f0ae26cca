// Runs sidekick, plain git, and git-sync where it is on the PATH, in turn on generated repositories.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "tests/support/apache.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

struct Figures {
  double wall = 0;
  double cpu = 0;
  double memory_mib = 0;
};

Figures figures(const Finished& run) {
  if (run.exit_code != 0) throw std::runtime_error(run.describe());
  return {run.wall.count(), run.cpu.count(), static_cast<double>(run.peak_kib) / 1024};
}

Figures median(std::vector<Figures> runs) {
  const auto middle = [&](double Figures::* member) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run.*member);
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  return {middle(&Figures::wall), middle(&Figures::cpu), middle(&Figures::memory_mib)};
}

/// Seconds of CPU that a process has used until now, all its threads together.
double cpu_of(pid_t pid) {
  double total = 0;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream file(task.path() / "schedstat");
    double nanoseconds = 0;
    file >> nanoseconds;
    total += nanoseconds / 1e9;
  }
  return total;
}

struct Contender {
  std::string name;
  std::function<Figures()> run;
  std::vector<Figures> runs{};
};

void compare(const std::string& title, std::vector<Contender> all, int rounds) {
  for (int round = 0; round < rounds; round++)
    for (auto& contender : all) contender.runs.push_back(contender.run());
  const auto floor = median(all.back().runs);
  std::printf("%s\n", title.c_str());
  for (const auto& contender : all) {
    const auto own = median(contender.runs);
    std::printf("  %-34s wall %8.1f ms   CPU %8.2f ms   %4.0f MiB   ratio %.2f  %.2f\n", contender.name.c_str(),
                own.wall * 1000, own.cpu * 1000, own.memory_mib, own.wall / floor.wall, own.cpu / floor.cpu);
  }
}

void fill(const GitRepository& repository, int files) {
  for (int i = 0; i < files; i++)
    repository.write("d" + std::to_string(i % 97) + "/s" + std::to_string(i % 13) + "/" + std::to_string(i) + ".html",
                     "<p>" + std::string(static_cast<std::size_t>(i * 37 % 9'000), 'x') + std::to_string(i) + "</p>");
  repository.commit();
}

std::string change_one(const GitRepository& repository) {
  static int number = 0;
  return repository.commit_file("d1/s1/1.html", "changed " + std::to_string(++number));
}

Command git_command(const fs::path& folder, std::vector<std::string> words) {
  words.insert(words.begin(), "git");
  return {std::move(words), git_environment(), "/dev/null", folder};
}

Figures first_sync(const std::string& url, const std::vector<std::string>& words) {
  const TempDir folder;
  auto all = words;
  all.insert(all.end(), {"--repo=" + url, "--root=" + (folder / "root").string(), "--one-time"});
  return figures(run({all}, 300s));
}

Figures clone(const std::string& url) {
  const TempDir folder;
  return figures(run(git_command(folder.path(), {"clone", "--quiet", "--depth", "1", url, "copy"}), 300s));
}

/// How many polls that found nothing a process has counted.
double polls_of(const std::string& metrics_url) {
  const auto text = run({{"curl", "--silent", "--fail", metrics_url}}, 10s).out;
  constexpr std::string_view line = "git_sync_count_total{status=\"noop\"} ";
  const auto at = text.find(line);
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + line.size(), nullptr);
}

/// What a poll costs a process that runs: the mean over some hundred of them, which follow each other every 5 ms.
Figures polls(const std::string& url, const std::vector<std::string>& more) {
  const TempDir folder;
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  std::vector<std::string> flags{"--repo=" + url,          "--root=" + (folder / "root").string(),
                                 "--link=current",         "--period=10ms",
                                 "--http-bind=" + address, "--http-metrics",
                                 "--max-failures=-1"};
  flags.insert(flags.end(), more.begin(), more.end());
  Child child(git_sync_command(flags));
  const auto metrics = "http://" + address + "/metrics";
  if (!eventually(120s, [&] { return polls_of(metrics) > 20; })) throw std::runtime_error(child.err());
  const double first = polls_of(metrics);
  const double before = cpu_of(child.pid());
  eventually(120s, [&] {
    ::usleep(500'000);  // each question costs the process that is measured
    return polls_of(metrics) > first + 300;
  });
  const double cpu = cpu_of(child.pid()) - before;
  return {0, cpu / (polls_of(metrics) - first), 0};
}

/// One changed file, from the push until readers see it.
Figures one_change(const GitRepository& repository, const std::vector<std::string>& where, const fs::path& file) {
  auto flags = where;
  flags.insert(flags.end(), {"--repo=" + file_url(repository.path()), "--period=20ms"});
  Child child(git_sync_command(flags));
  const auto shows = [&](const std::string& text) {
    return eventually(120s, [&] { return fs::exists(file) && read_file(file) == text; });
  };
  if (!shows(repository.git({"show", "HEAD:d1/s1/1.html"}))) throw std::runtime_error(child.err());
  ::usleep(300'000);  // what follows the first sync is over
  const auto before = cpu_of(child.pid());
  change_one(repository);
  const auto begun = std::chrono::steady_clock::now();
  if (!shows(repository.git({"show", "HEAD:d1/s1/1.html"}))) throw std::runtime_error(child.err());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  ::usleep(300'000);  // the old tree is removed
  return {took.count(), cpu_of(child.pid()) - before, 0};
}

/// The same by hand: fetch, a new worktree, the link, the old one away.
Figures one_change_by_git(const GitRepository& repository, const TempDir& folder) {
  const auto root = folder / "git";
  if (!fs::exists(root))
    git(folder.path(), {"clone", "--quiet", "--depth", "1", file_url(repository.path()), root.string()});
  const auto commit = change_one(repository);
  Figures all;
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"fetch", "--quiet", "--depth", "1", "origin", "main"},
                                             {"worktree", "add", "--quiet", "--detach", "../tree-" + commit, commit}}) {
    const auto step = figures(run(git_command(root, words), 300s));
    all.wall += step.wall;
    all.cpu += step.cpu;
  }
  return all;
}

void measure(int files, int rounds) {
  const GitRepository repository;
  fill(repository, files);
  const auto url = file_url(repository.path());
  const auto text = std::to_string(files) + " files: ";
  const auto binary = git_sync_command({}).words;
  compare(text + "first sync at depth 1, beside git clone",
          {{"sidekick", [&] { return first_sync(url, binary); }}, {"git clone --depth 1", [&] { return clone(url); }}},
          rounds);
  const TempDir folder;
  int number = 0;
  const auto fresh = [&] { return folder / ("run" + std::to_string(number++)); };
  compare(text + "one file changed, beside git fetch and git worktree add",
          {{"sidekick, linked, copies",
            [&] {
              const auto root = fresh();
              return one_change(repository, {"--root=" + root.string(), "--link=l"}, root / "l/d1/s1/1.html");
            }},
           {"sidekick, linked, --hard-links",
            [&] {
              const auto root = fresh();
              return one_change(repository, {"--root=" + root.string(), "--link=l", "--hard-links"},
                                root / "l/d1/s1/1.html");
            }},
           {"sidekick, in place",
            [&] {
              const auto root = fresh();
              return one_change(repository, {"--in-place=" + root.string()}, root / "d1/s1/1.html");
            }},
           {"git", [&] { return one_change_by_git(repository, folder); }}},
          rounds);
}

void measure_polls(int refs, int rounds) {
  const Certificates certificates;
  const Apache http;
  const Apache https({.certificates = &certificates});
  const TempDir folder;
  const GitRepository repository;
  repository.commit_file("index.html", "one");
  repository.add_many_tags(refs - 1);
  const auto serve = [&](const Apache& server) {
    const auto path = server.repositories() / "site.git";
    git(folder.path(), {"clone", "--quiet", "--bare", repository.path().string(), path.string()});
    git(path, {"pack-refs", "--all"});
    run({{"chmod", "-R", "a+rX", path.string()}}, 10s);
    return server.url("/git/site.git");
  };
  const auto plain = serve(http);
  const auto secure = serve(https);
  const auto local = file_url(repository.path());
  compare("a poll that finds nothing among " + std::to_string(refs) + " refs, beside git ls-remote",
          {{"sidekick, file", [&] { return polls(local, {}); }},
           {"sidekick, http", [&] { return polls(plain, {}); }},
           {"sidekick, https", [&] { return polls(secure, {"--ca-file=" + certificates.authority().string()}); }},
           {"git ls-remote, file",
            [&] { return figures(run(git_command(folder.path(), {"ls-remote", "--quiet", local, "main"}), 60s)); }}},
          rounds);
}

}  // namespace

int main(int argc, char** argv) try {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::string part = argc > 2 ? argv[2] : "";
  if (part != "polls")
    for (const int files : {2'000, 13'000}) measure(files, rounds);
  if (part != "files")
    for (const int refs : {10, 10'000}) measure_polls(refs, rounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
