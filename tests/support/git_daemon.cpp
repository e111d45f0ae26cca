#include "tests/support/git_daemon.hpp"

#include <stdexcept>

#include "sidekick/dial.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

bool listens(std::uint16_t port, const std::string& address) {
  return static_cast<bool>(dial(address, port, 1s, CancelToken()).fd);
}

GitDaemon::GitDaemon(std::filesystem::path folder, std::vector<std::pair<std::string, std::string>> environment,
                     std::string address)
    : address_(std::move(address)) {
  // The daemon itself: 'git daemon' would be its parent, and outlive us.
  const auto program = test::git(".", {"--exec-path"}) + "/git-daemon";
  for (int attempt = 1;; attempt++) {
    port_ = free_port();
    Command command{{"setpriv", "--pdeathsig", "KILL", program, "--listen=" + address_,
                     "--port=" + std::to_string(port_), "--export-all", "--reuseaddr",
                     "--base-path=" + folder.string()}};
    command.environment = git_environment();
    command.environment.insert(command.environment.end(), environment.begin(), environment.end());
    child_ = std::make_unique<Child>(command);
    if (eventually(20s, [this] { return !child_->running() || listens(port_, address_); }) && child_->running()) return;
    if (attempt == 5) throw std::runtime_error("git daemon does not start: " + child_->err());
  }
}

std::string GitDaemon::url(const std::string& repository) const {
  return "git://" + address_ + ":" + std::to_string(port_) + "/" + repository;
}

}  // namespace sidekick::test
