#include "tests/support/command_run.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace {

bool namespaces_can_be_made() {
  static const bool can = run({{"unshare", "--pid", "--fork", "--mount-proc", "true"}}, 20s).exit_code == 0;
  return can;
}

}  // namespace

std::string misbehave() {
  return SIDEKICK_MISBEHAVE;
}

Command sidekick_command(Place place, const std::vector<std::string>& words) {
  Command command;
  if (place == Place::first_process) {
    if (!namespaces_can_be_made()) SKIP("namespaces of processes cannot be made here");
    command.words = {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"};
  }
  command.words.push_back(sidekick_binary());
  command.words.insert(command.words.end(), words.begin(), words.end());
  return command;
}

Command run_command(Place place, std::vector<std::string> flags, std::vector<std::string> words) {
  flags.insert(flags.begin(), "run");
  flags.emplace_back("--");
  flags.insert(flags.end(), words.begin(), words.end());
  return sidekick_command(place, flags);
}

Command run_misbehave(Place place, std::vector<std::string> flags, std::vector<std::string> words) {
  words.insert(words.begin(), misbehave());
  return run_command(place, std::move(flags), std::move(words));
}

std::vector<pid_t> children_of(pid_t pid) {
  const auto id = std::to_string(pid);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> out;
  for (pid_t child = 0; file >> child;) out.push_back(child);
  return out;
}

std::vector<pid_t> kept_of(pid_t sidekick) {
  const auto keepers = children_of(sidekick);
  return keepers.size() == 1 ? children_of(keepers.front()) : std::vector<pid_t>();
}

pid_t sidekick_of(const Child& child) {
  const auto is_sidekick = [](pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return name == "sidekick";
  };
  pid_t found = 0;
  eventually(20s, [&] {
    if (is_sidekick(child.pid())) found = child.pid();
    for (const pid_t one : children_of(child.pid()))
      if (found == 0 && is_sidekick(one)) found = one;
    return found != 0;
  });
  REQUIRE(found != 0);
  return found;
}

bool is_over(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::ostringstream text;
  text << status.rdbuf();
  return text.str().empty() || text.str().find(") Z ") != std::string::npos;
}

}  // namespace sidekick::test
