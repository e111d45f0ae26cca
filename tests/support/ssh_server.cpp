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

std::string passwords(SshServerSettings::Passwords how) {
  const auto yes_or_no = [how](SshServerSettings::Passwords wanted) { return how == wanted ? "yes\n" : "no\n"; };
  return std::string("UsePAM ") + (how == SshServerSettings::Passwords::none ? "no\n" : "yes\n") +
         "PasswordAuthentication " + yes_or_no(SshServerSettings::Passwords::plain) + "KbdInteractiveAuthentication " +
         yes_or_no(SshServerSettings::Passwords::questions);
}

std::string configuration(const fs::path& folder, std::uint16_t port, const SshServerSettings& settings) {
  return "Port " + std::to_string(port) + "\nListenAddress 127.0.0.1\nHostKey " + (folder / "host").string() +
         "\nAuthorizedKeysFile " + (folder / "authorized_keys").string() + "\nPidFile none\nStrictModes no\n" +
         passwords(settings.passwords) + "Subsystem sftp internal-sftp " + settings.sftp_options +
         "\n"
         "PermitRootLogin yes\nUseDNS no\nMaxStartups 100\nMaxSessions 100\n"
         "SetEnv GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=1 "
         "GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=*\n" +
         (settings.accepts_protocol ? "AcceptEnv GIT_PROTOCOL\n" : "") +
         (settings.forced_command.empty() ? "" : "ForceCommand " + settings.forced_command + "\n");
}

}  // namespace

SshServer::SshServer(SshServerSettings settings) : settings_(std::move(settings)) {
  make_key("host", {}, settings_.host_key_type);
  for (const char* name : {"client", "other"}) make_key(name);
  make_key("locked", "secret");
  make_key("locked_client", password());
  write_file(folder_ / "authorized_keys", read_file(folder_ / "client.pub") + read_file(folder_ / "locked_client.pub"));
  if (settings_.passwords != SshServerSettings::Passwords::none) write_pam();
  // The daemon insists on this folder when root runs it.
  std::error_code ignored;
  if (::getuid() == 0) fs::create_directories("/run/sshd", ignored);
  for (int attempt = 1;; attempt++) {
    port_ = free_port();
    write_file(folder_ / "config", configuration(folder_.path(), port_, settings_));
    try {
      start();
      break;
    } catch (const std::runtime_error&) {
      if (attempt == 5) throw;
    }
  }
  write_file(known_hosts(), "[127.0.0.1]:" + std::to_string(port_) + " " + read_file(folder_ / "host.pub"));
}

// The user's own password is nobody's business: PAM is led to one of ours.
void SshServer::write_pam() const {
  write_file(folder_ / "check",
             "#!/bin/sh\nread -r given\n[ \"$(printf %s \"$given\" | tr -d '\\0')\" = '" + password() + "' ]\n");
  fs::permissions(folder_ / "check", fs::perms::owner_all);
  fs::create_directory(folder_ / "pam");
  for (const char* service : {"sshd", "other"})
    write_file(folder_ / "pam" / service, "auth required pam_exec.so expose_authtok quiet " +
                                              (folder_ / "check").string() +
                                              "\nauth required pam_permit.so\naccount required pam_permit.so\n"
                                              "password required pam_permit.so\nsession required pam_permit.so\n");
}

void SshServer::make_key(const std::string& name, const std::string& passphrase, const std::string& type) const {
  fs::remove(folder_ / name);
  const Finished made = run({{"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", folder_ / name}}, 60s);
  if (made.exit_code != 0) throw std::runtime_error("ssh-keygen: " + made.describe());
}

void SshServer::start() {
  Command command{
      {"setpriv", "--pdeathsig", "KILL", "/usr/sbin/sshd", "-D", "-e", "-f", (folder_ / "config").string()}};
  if (settings_.passwords != SshServerSettings::Passwords::none)
    command.environment = {{"LD_PRELOAD", "libpam_wrapper.so"},
                           {"PAM_WRAPPER", "1"},
                           {"PAM_WRAPPER_SERVICE_DIR", (folder_ / "pam").string()}};
  child_ = std::make_unique<Child>(command);
  if (eventually(20s, [this] { return !child_->running() || listens(port_); }) && child_->running()) return;
  throw std::runtime_error("sshd does not start: " + child_->err());
}

void SshServer::stop() {
  // Each connection has a process of its own, in the same group of nobody else.
  run({{"pkill", "-KILL", "-P", std::to_string(child_->pid())}}, 10s);
  child_->signal(SIGKILL);
  child_->wait(10s);
}

void SshServer::admit(const fs::path& key) const {
  const auto all = folder_ / "authorized_keys";
  write_file(all, read_file(all) + read_file(key.string() + ".pub"));
}

void SshServer::change_host_key() {
  stop();
  make_key("host", {}, settings_.host_key_type);
  start();
}

std::string SshServer::sftp_url(const fs::path& path) const {
  return "sftp" + url(path).substr(3);
}

std::string SshServer::url(const fs::path& path) const {
  return "ssh://" + user_name() + "@127.0.0.1:" + std::to_string(port_) + path.string();
}

}  // namespace sidekick::test
