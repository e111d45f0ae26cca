#include "tests/support/ssh_server.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/git_daemon.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

namespace {

std::string user_name() {
  const auto* entry = ::getpwuid(::getuid());
  if (entry == nullptr) throw std::runtime_error("whoever runs the tests has no name");
  return entry->pw_name;
}

std::string configuration(const fs::path& folder, std::uint16_t port, const SshServerSettings& settings) {
  return "Port " + std::to_string(port) + "\nListenAddress 127.0.0.1\nHostKey " + (folder / "host").string() +
         "\nAuthorizedKeysFile " + (folder / "authorized_keys").string() +
         "\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
         "PermitRootLogin yes\nUseDNS no\nMaxStartups 100\nMaxSessions 100\n"
         "SetEnv GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=1 "
         "GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=*\n" +
         (settings.accepts_protocol ? "AcceptEnv GIT_PROTOCOL\n" : "");
}

}  // namespace

SshServer::SshServer(SshServerSettings settings) {
  for (const char* name : {"host", "client", "other"}) make_key(name);
  make_key("locked", "secret");
  write_file(folder_ / "authorized_keys", read_file(folder_ / "client.pub"));
  // The daemon insists on this folder when root runs it.
  std::error_code ignored;
  if (::getuid() == 0) fs::create_directories("/run/sshd", ignored);
  for (int attempt = 1;; attempt++) {
    port_ = free_port();
    write_file(folder_ / "config", configuration(folder_.path(), port_, settings));
    try {
      start();
      break;
    } catch (const std::runtime_error&) {
      if (attempt == 5) throw;
    }
  }
  write_file(known_hosts(), "[127.0.0.1]:" + std::to_string(port_) + " " + read_file(folder_ / "host.pub"));
}

void SshServer::make_key(const std::string& name, const std::string& passphrase) const {
  fs::remove(folder_ / name);
  const Finished made = run({{"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", folder_ / name}}, 60s);
  if (made.exit_code != 0) throw std::runtime_error("ssh-keygen: " + made.describe());
}

void SshServer::start() {
  child_ = std::make_unique<Child>(
      Command{{"setpriv", "--pdeathsig", "KILL", "/usr/sbin/sshd", "-D", "-e", "-f", (folder_ / "config").string()}});
  if (eventually(20s, [this] { return !child_->running() || listens(port_); }) && child_->running()) return;
  throw std::runtime_error("sshd does not start: " + child_->err());
}

void SshServer::stop() {
  // Each connection has a process of its own, in the same group of nobody else.
  run({{"pkill", "-KILL", "-P", std::to_string(child_->pid())}}, 10s);
  child_->signal(SIGKILL);
  child_->wait(10s);
}

void SshServer::change_host_key() {
  stop();
  make_key("host");
  start();
}

std::string SshServer::url(const fs::path& path) const {
  return "ssh://" + user_name() + "@127.0.0.1:" + std::to_string(port_) + path.string();
}

}  // namespace sidekick::test
