// A web server and the sidekick that keeps its folder, by docker-compose and on a real swarm.
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/git_daemon.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/ports.hpp"
#include "tests/swarm/stack.hpp"

using namespace sidekick::test;

namespace {

const std::string example = SIDEKICK_SOURCE_DIR "/examples/web-sync/";
const std::string stack_file = "../../../examples/web-sync/stack.yml";

struct Site {
  TempDir folder;
  GitRepository repository{folder / "site.git"};
  GitDaemon daemon{folder.path(), {}, machine_address()};

  std::string url() const { return daemon.url("site.git"); }
};

std::string page(const std::string& container) {
  return run_docker({"exec", container, "/bin/busybox", "wget", "-q", "-O-", "http://127.0.0.1/index.html"}).out;
}

bool serves(const std::string& container, const std::string& text, std::chrono::steady_clock::duration deadline) {
  return eventually(deadline, [&] { return page(container) == text; });
}

/// docker-compose on the article's file, with what may be edited in it: the repository, the image, a port that is free.
class Compose final {
 public:
  explicit Compose(const std::string& repository) {
    auto text = read_file(example + "docker-compose.yml");
    replace(text, "https://example.com/site.git", repository);
    replace(text, "image: sidekick", "image: " + sidekick_image());
    replace(text, "DELAY: 60", "DELAY: 1");
    replace(text, "8080:80", std::to_string(free_port()) + ":80");
    write_file(folder_ / "docker-compose.yml", text);
    const auto up = compose({"up", "-d"});
    if (up.exit_code != 0) throw std::runtime_error("docker-compose up: " + up.describe());
  }
  ~Compose() { compose({"down", "--volumes", "--timeout", "3"}); }
  Compose(const Compose&) = delete;
  Compose& operator=(const Compose&) = delete;

  Finished compose(std::vector<std::string> words) const {
    words.insert(words.begin(), {"docker-compose", "--project-name", "sidekick-article"});
    return run({std::move(words), {}, "/dev/null", folder_.path()}, 120s);
  }
  std::string container(const std::string& service) const { return lines_of(compose({"ps", "-q", service}).out).at(0); }

 private:
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  }
  TempDir folder_;
};

std::string container_of(const Stack& stack, const std::string& service) {
  return stack.tasks(service).front().container;
}

}  // namespace

TEST_CASE("The web server of the article serves what is pushed with only the image of its sidekick changed") {
  need_swarm();
  need_image("nginx");
  docker({"build", "--quiet", "--tag", "web", example + "web"});
  const Site site;
  site.repository.commit_file("index.html", "one");
  const Compose article(site.url());
  const auto web = article.container("web");
  const bool first = serves(web, "one", 60s);
  INFO(article.compose({"logs", "web_sidekick"}).out);
  REQUIRE(first);
  site.repository.commit_file("index.html", "two");
  CHECK(serves(web, "two", 15s));

  // A container that is made anew knows which files are its own.
  site.repository.git({"rm", "--quiet", "index.html"});
  site.repository.commit_file("other.html", "other");
  article.compose({"rm", "--stop", "--force", "web_sidekick"});
  article.compose({"up", "-d"});
  CHECK(eventually(30s, [&] { return page(web).empty(); }));
}

TEST_CASE("A commit is served by the web server of a stack within the period and two seconds") {
  need_swarm();
  need_image("nginx");
  const Site site;
  site.repository.commit_file("index.html", "one");
  const Stack stack("websync");
  const auto port = std::to_string(free_port());
  stack.deploy({stack_file, "../../../examples/web-sync/no-ipvs.yml"},
               {{"PORT", port}, {"REPOSITORY", site.url()}, {"DELAY", "2"}});
  REQUIRE(stack.reaches("web", "running"));
  REQUIRE(stack.reaches("web_sidekick", "running"));
  const auto web = container_of(stack, "web");
  const bool first = serves(web, "one", 60s);
  INFO(stack.describe("web_sidekick"));
  REQUIRE(first);
  site.repository.commit_file("index.html", "two");
  CHECK(serves(web, "two", 4s));
  CHECK(run({{"curl", "--silent", "http://" + machine_address() + ":" + port + "/"}}, 10s).out == "two");
}

TEST_CASE("Three pairs of web server and sidekick each keep a volume of their own") {
  need_swarm();
  need_image("nginx");
  const Site site;
  site.repository.commit_file("index.html", "one");
  const Stack stack("webpairs");
  stack.deploy({stack_file, "../../../examples/web-sync/pairs.yml"},
               {{"PORT", std::to_string(free_port())}, {"REPOSITORY", site.url()}, {"DELAY", "1"}});
  const auto running = [&] {
    std::vector<std::string> containers;
    for (const auto& task : stack.tasks("web"))
      if (task.state == "running") containers.push_back(task.container);
    return containers;
  };
  REQUIRE(eventually(90s, [&] { return running().size() == 3; }));
  site.repository.commit_file("index.html", "two");
  for (const auto& web : running()) {
    INFO(stack.describe("web_sidekick"));
    CHECK(serves(web, "two", 60s));
  }
}

TEST_CASE("The image of the peer follows a ref with nothing but flags") {
  need_swarm();
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  const std::string name = "sidekick-test-peer";
  run_docker({"rm", "--force", name});
  docker({"run", "--detach", "--name", name, "--network", "host", "--tmpfs", "/git:mode=0777,uid=65533",
          sidekick_image() + ":git-sync", "--repo=" + site.url(), "--ref=main", "--link=current", "--period=1s",
          "--http-bind=127.0.0.1:" + std::to_string(free_port())});
  const bool synced = eventually(60s, [&] { return run_docker({"logs", name}).err.find(commit) != std::string::npos; });
  const auto log = run_docker({"logs", name});
  const auto healthy = run_docker({"exec", name, "/sidekick", "healthcheck", "--ready"});
  docker({"rm", "--force", name});
  INFO(log.describe());
  CHECK(synced);
  INFO(healthy.describe());
}
