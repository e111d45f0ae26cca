#include "tests/support/git_daemon.hpp"

#include <stdexcept>

#include "sidekick/dial.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

GitDaemon::GitDaemon(const std::filesystem::path& base, const std::string& address) : address_(address) {
  // The daemon itself: 'git daemon' would be its parent, and outlived by it.
  const auto program = git(".", {"--exec-path"}) + "/git-daemon";
  for (int tries = 0; tries < 5; tries++) {
    port_ = free_port();
    child_ = std::make_unique<Child>(
        Command{{"setpriv", "--pdeathsig", "KILL", program, "--listen=" + address, "--port=" + std::to_string(port_),
                 "--reuseaddr", "--export-all", "--base-path=" + base.string(), base.string()},
                git_environment()});
    const bool up = eventually(20s, [&] { return !child_->running() || dial(address_, port_, 1s, CancelToken()).fd; });
    if (up && child_->running()) return;  // else another program took the port
  }
  throw std::runtime_error("git daemon does not start: " + child_->err());
}

std::string GitDaemon::url(const std::string& name) const {
  return "git://" + address_ + ":" + std::to_string(port_) + "/" + name;
}

}  // namespace sidekick::test
