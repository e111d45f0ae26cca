#include "tests/support/apache.hpp"

#include <unistd.h>

#include <csignal>
#include <sstream>
#include <stdexcept>

#include "sidekick/dial.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

namespace {

std::string first_line_of(const std::vector<std::string>& words) {
  const Finished finished = run({.words = words}, 20s);
  if (finished.exit_code != 0) throw std::runtime_error(words.at(0) + ": " + finished.describe());
  return finished.out.substr(0, finished.out.find('\n'));
}

constexpr const char* modules[] = {"mpm_prefork", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic",
                                   "alias",       "cgi",        "env",        "mime",       "setenvif"};

constexpr const char* basic = R"(
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
StartServers 2
MinSpareServers 1
MaxSpareServers 3
MaxRequestWorkers 16
GracefulShutdownTimeout 1
LogFormat "\"%r\" %>s %k" short
)";

constexpr const char* git = R"(
SetEnvIf Git-Protocol ".*" GIT_PROTOCOL=$0
SetEnv GIT_HTTP_EXPORT_ALL 1
SetEnv GIT_CONFIG_NOSYSTEM 1
)";

}  // namespace

Apache::Apache(ApacheSettings settings) : settings_(std::move(settings)) {
  for (const auto& folder : {documents(), scripts(), repositories()}) fs::create_directory(folder);
  fs::permissions(folder_.path(), fs::perms(0755));
  write_file(folder_ / "gitconfig", "[safe]\n\tdirectory = *\n");
  if (!settings_.user.empty()) {
    const auto hash = first_line_of({"openssl", "passwd", "-apr1", settings_.password});
    write_file(folder_ / "users", settings_.user + ":" + hash + "\n");
  }
  for (int attempt = 1;; attempt++) {
    port_ = free_port();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == 5 || error_log().find("Address already in use") == std::string::npos) throw;
    }
  }
}

Apache::~Apache() {
  try {
    stop();
  } catch (...) {
    // The child is killed by its own destructor.
  }
}

std::string Apache::url(const std::string& path) const {
  return (settings_.certificates ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

void Apache::add_script(const std::string& name, const std::string& text) const {
  write_file(scripts() / name, "#!/bin/sh\n" + text);
  fs::permissions(scripts() / name, fs::perms(0755));
}

std::string Apache::access_log() const {
  return read_file(folder_ / "access.log");
}

std::string Apache::error_log() const {
  return (fs::exists(folder_ / "error.log") ? read_file(folder_ / "error.log") : "") + (child_ ? child_->err() : "");
}

void Apache::write_configuration() const {
  std::ostringstream out;
  const std::string folder = folder_.path().string();
  for (const char* name : modules)
    out << "LoadModule " << name << "_module /usr/lib/apache2/modules/mod_" << name << ".so\n";
  if (settings_.certificates) out << "LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n";
  out << "ServerRoot " << folder << "\nDefaultRuntimeDir " << folder << "\nPidFile " << folder << "/pid\n"
      << "ServerName localhost\nListen 127.0.0.1:" << port_ << "\nTypesConfig /dev/null\n"
      << "ErrorLog " << folder << "/error.log\nDocumentRoot " << documents().string() << "\n"
      << basic << "CustomLog " << folder << "/access.log short\n"
      << git << "SetEnv HOME " << folder << "\nSetEnv GIT_CONFIG_GLOBAL " << folder << "/gitconfig\n"
      << "SetEnv GIT_PROJECT_ROOT " << repositories().string() << "\n"
      << "ScriptAlias /git/ " << first_line_of({"git", "--exec-path"}) << "/git-http-backend/\n"
      << "ScriptAlias /cgi/ " << scripts().string() << "/\n";
  if (::geteuid() == 0) out << "User nobody\nGroup nogroup\n";
  out << "<Location />\n";
  if (settings_.user.empty())
    out << "Require all granted\n";
  else
    out << "AuthType Basic\nAuthName test\nAuthUserFile " << folder << "/users\nRequire valid-user\n";
  out << "</Location>\n";
  if (settings_.certificates) {
    out << "SSLEngine on\nSSLSessionCache none\nSSLCertificateFile " << settings_.certificates->server().string()
        << "\nSSLCACertificateFile " << settings_.certificates->authority().string() << "\n";
    if (settings_.client_certificate) out << "SSLVerifyClient require\n";
  }
  out << settings_.configuration << "\n";
  write_file(folder_ / "apache.conf", out.str());
}

void Apache::start() {
  write_configuration();
  // So that a server never outlives a test that was itself killed; in a group of its own, all of which it ends.
  child_ = std::make_unique<Child>(Command{.words = {"setpriv", "--pdeathsig", "TERM", "setsid", "/usr/sbin/apache2",
                                                     "-f", (folder_ / "apache.conf").string(), "-DFOREGROUND"}});
  wait_until_ready();
}

void Apache::stop() {
  if (!child_) return;
  child_->signal(SIGTERM);
  child_->wait(20s);
}

void Apache::wait_until_ready() {
  const bool ready = eventually(
      20s, [this] { return !child_->running() || dial("127.0.0.1", port_, 1000ms, CancelToken()).fd.get() >= 0; });
  if (ready && child_->running()) return;
  const auto said = error_log();
  throw std::runtime_error("apache does not start:\n" + said.substr(said.size() > 4000 ? said.size() - 4000 : 0));
}

}  // namespace sidekick::test
