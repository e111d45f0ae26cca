#include "tests/integration/remote_support.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace sidekick::test {

using namespace git_sync;

std::string name_of(Way way) {
  switch (way) {
    case Way::file:
      return "file";
    case Way::path:
      return "path";
    case Way::git:
      return "git";
    case Way::ssh:
      return "ssh";
    case Way::ssh_v0:
      return "ssh with protocol 0";
    case Way::http:
      return "http";
    case Way::http_v0:
      return "http with protocol 0";
    case Way::https:
      return "https";
  }
  return {};
}

Served::Served(Way way) {
  const bool by_apache = way == Way::http || way == Way::http_v0 || way == Way::https;
  if (way == Way::https) certificates = std::make_unique<Certificates>();
  if (by_apache)
    apache = std::make_unique<Apache>(
        ApacheSettings{.certificates = certificates.get(),
                       .configuration = way == Way::http_v0 ? "SetEnvIf Git-Protocol . GIT_PROTOCOL=version=0" : ""});
  repository_ = std::make_unique<GitRepository>((by_apache ? apache->repositories() : folder.path()) / "site.git");
  const auto path = repository_->path();
  switch (way) {
    case Way::file:
      settings_.url = "file://" + path.string();
      break;
    case Way::path:
      settings_.url = path.string();
      break;
    case Way::git:
      daemon = std::make_unique<GitDaemon>(folder.path());
      settings_.url = daemon->url("site.git");
      break;
    case Way::ssh:
    case Way::ssh_v0:
      ssh = std::make_unique<SshServer>(SshServerSettings{.accepts_protocol = way == Way::ssh});
      settings_.url = ssh->url(path);
      settings_.ssh.key_files = {ssh->client_key().string()};
      settings_.ssh.known_hosts_file = ssh->known_hosts().string();
      break;
    case Way::http:
    case Way::http_v0:
      settings_.url = apache->url("/git/site.git");
      break;
    case Way::https:
      settings_.url = apache->url("/git/site.git");
      settings_.http.tls.ca_file = certificates->authority().string();
      break;
  }
}

std::unique_ptr<Remote> Served::open(const RemoteSettings& settings) {
  return open_remote(settings, log_, metrics_);
}

RemoteSettings Served::settings_of_another() const {
  auto other = settings_;
  other.url.replace(other.url.rfind("site.git"), 8, "none.git");
  return other;
}

Receiver::Receiver() {
  git({"init", "--quiet", "--bare"});
}

std::size_t Receiver::fetch(Remote& remote, const std::string& want, int depth, const CancelToken& cancel) {
  PackInMemory sink;
  const auto id = ObjectId::parse(want).value();
  const auto result = remote.fetch({{id}, haves_, shallow_, depth}, sink, cancel);
  shallow_ = result.shallow;
  std::string lines;
  for (const auto& commit : shallow_) lines += commit.hex() + "\n";
  if (!sink.pack.empty()) accept(sink.pack);
  if (lines.empty())
    std::filesystem::remove(folder_ / "shallow");
  else
    write_file(folder_ / "shallow", lines);
  git({"update-ref", "refs/tags/got-" + std::to_string(haves_.size()), want});
  git({"update-ref", "refs/heads/got", git({"rev-parse", want + "^{commit}"})});
  git({"fsck", "--strict", "--full"});
  haves_.push_back(ObjectId::parse(git({"rev-parse", "refs/heads/got"})).value());
  return sink.pack.size();
}

void Receiver::accept(const std::string& pack) const {
  write_file(folder_ / "incoming", pack);
  const Finished indexed = run({.words = {"git", "index-pack", "--stdin", "--fix-thin"},
                                .environment = git_environment(),
                                .input = folder_ / "incoming",
                                .folder = folder_.path()},
                               60s);
  if (indexed.exit_code != 0) throw std::runtime_error("git index-pack: " + indexed.describe());
}

int Receiver::commits() const {
  return std::stoi(git({"rev-list", "--count", "refs/heads/got"}));
}

std::vector<std::string> Receiver::shallow() const {
  std::vector<std::string> out;
  for (const auto& id : shallow_) out.push_back(id.hex());
  return out;
}

bool Receiver::has(const std::string& id) const {
  return try_git(folder_.path(), {"cat-file", "-e", id}).exit_code == 0;
}

std::optional<RemoteRef> ref_of(Remote& remote, const std::string& name) {
  const std::vector<std::string> prefixes{name};
  const auto refs = remote.list(prefixes, CancelToken());
  const auto found = std::ranges::find(refs, name, &RemoteRef::name);
  return found == refs.end() ? std::nullopt : std::optional(*found);
}

}  // namespace sidekick::test
