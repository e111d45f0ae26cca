/// The same repository served in every way that there is, and a place for what is fetched from it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git_sync/remote/remote.hpp"
#include "tests/support/apache.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/git_daemon.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// Forgets what it is told.
class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
};
class NoMetrics final : public MetricSink {
 public:
  void record(const Metric&, double, MetricLabels) noexcept override {}
};

enum class Way { file, path, git, ssh, ssh_v0, http, http_v0, https };
inline constexpr Way every_way[] = {Way::file,   Way::path, Way::git,     Way::ssh,
                                    Way::ssh_v0, Way::http, Way::http_v0, Way::https};
std::string name_of(Way way);

/// A repository and the server that gives it out.
class Served final {
 public:
  explicit Served(Way way);

  const GitRepository& repository() const { return *repository_; }
  const git_sync::RemoteSettings& settings() const { return settings_; }
  /// A remote of its own, for these settings or for others.
  std::unique_ptr<git_sync::Remote> open() { return open(settings_); }
  std::unique_ptr<git_sync::Remote> open(const git_sync::RemoteSettings& settings);
  /// The settings with another repository's name in the URL.
  git_sync::RemoteSettings settings_of_another() const;

  TempDir folder;
  std::unique_ptr<Certificates> certificates;
  std::unique_ptr<Apache> apache;
  std::unique_ptr<SshServer> ssh;
  std::unique_ptr<GitDaemon> daemon;

 private:
  std::unique_ptr<GitRepository> repository_;
  git_sync::RemoteSettings settings_;
  NoLog log_;
  NoMetrics metrics_;
};

/// A bare repository that takes what remotes send, by the real git.
class Receiver final {
 public:
  Receiver();

  /// Fetches `want` with what is here told to the remote, indexes the pack and checks the repository whole. Returns the
  /// bytes of the pack.
  std::size_t fetch(git_sync::Remote& remote, const std::string& want, int depth,
                    const CancelToken& cancel = CancelToken());

  std::string git(std::vector<std::string> words) const { return test::git(folder_.path(), std::move(words)); }
  /// Commits from `want` to the boundary.
  int commits() const;
  std::vector<std::string> shallow() const;
  bool has(const std::string& id) const;

 private:
  void accept(const std::string& pack) const;

  TempDir folder_;
  std::vector<git_sync::ObjectId> haves_;
  std::vector<git_sync::ObjectId> shallow_;
};

/// Keeps the pack in memory.
class PackInMemory final : public git_sync::PackSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    pack.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string pack;
};

/// The ref that is told of under `name`; nothing where there is none.
std::optional<git_sync::RemoteRef> ref_of(git_sync::Remote& remote, const std::string& name);

}  // namespace sidekick::test
