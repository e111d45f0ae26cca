/// A source repository, a store that holds some of it, and snapshots to publish.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "git_sync/publish/publisher.hpp"
#include "git_sync/store/store.hpp"
#include "tests/support/git_repository.hpp"

namespace sidekick::test {

/// Counts bytes.
struct CountedStatus final : StatusSink {
  void progress(const Progress& progress) noexcept override { done = progress.done; }
  void ready() noexcept override {}
  std::uint64_t done = 0;
};

/// Keeps the messages of warnings.
struct KeptLog final : Log {
  void write(LogLevel level, std::string_view message, LogFields fields) noexcept override {
    if (level != LogLevel::warning) return;
    std::string line(message);
    for (const auto& field : fields)
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line.append(" ").append(*text);
    warnings.push_back(line);
  }
  std::vector<std::string> warnings;
};

/// Bytes that do not compress, the same for the same size.
inline std::string noise(std::size_t bytes) {
  std::string out(bytes, '\0');
  std::uint64_t state = bytes + 1;
  for (auto& c : out) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    c = static_cast<char>(state >> 56U);
  }
  return out;
}

inline git_sync::ObjectId id_of(const std::string& hex) {
  return git_sync::ObjectId::parse(hex).value();
}

/// The pack that git makes of what `revisions` stand for ("HEAD", "^HEAD~1"), or of objects named one by one.
inline std::string pack_of(const GitRepository& repository, const std::vector<std::string>& words,
                           std::vector<std::string> options = {"--revs"}) {
  const TempDir folder;
  std::string lines;
  for (const auto& word : words) lines += word + '\n';
  write_file(folder / "words", lines);
  options.insert(options.begin(), {"git", "pack-objects", "--quiet", "--stdout"});
  const auto finished =
      run({.words = options, .environment = git_environment(), .input = folder / "words", .folder = repository.path()},
          60s);
  if (finished.exit_code != 0) throw std::runtime_error("git pack-objects: " + finished.describe());
  return finished.out;
}

/// A commit and all below its tree, one word each.
inline std::vector<std::string> objects_of(const GitRepository& repository, const std::string& commit) {
  std::vector<std::string> out{commit, repository.hash(commit + "^{tree}")};
  std::string lines = repository.git({"ls-tree", "-r", "-t", "-z", "--format=%(objectname)", commit});
  for (std::size_t at = 0; at < lines.size(); at += 41) out.push_back(lines.substr(at, 40));
  return out;
}

inline void receive(git_sync::Store& store, const std::string& pack, const std::vector<git_sync::ObjectId>& shallow,
                    git_sync::OlderObjects older = git_sync::OlderObjects::keep) {
  CountedStatus status;
  const auto incoming = store.receive(status, CancelToken{});
  const auto bytes = std::as_bytes(std::span(pack));
  for (std::size_t at = 0; at < bytes.size(); at += 1000)
    incoming->write(bytes.subspan(at, std::min<std::size_t>(1000, bytes.size() - at)));
  incoming->keep(shallow, older);
}

/// Brings `revision` with one commit of history into the store, and returns it.
inline git_sync::ObjectId receive_commit(git_sync::Store& store, const GitRepository& repository,
                                         const std::string& revision = "HEAD") {
  const auto hash = repository.hash(revision + "^{commit}");
  const bool has_parent = try_git(repository.path(), {"rev-parse", "--verify", "--quiet", hash + "^"}).exit_code == 0;
  const auto shallow = has_parent ? std::vector{id_of(hash)} : std::vector<git_sync::ObjectId>{};
  receive(store, pack_of(repository, objects_of(repository, hash), {}), shallow);
  return id_of(hash);
}

inline git_sync::Snapshot snapshot_of(const git_sync::Store& store, const git_sync::ObjectId& commit,
                                      const std::string& subdir = {}) {
  return {commit, {{"", &store, commit, store.tree_of(commit, subdir)}}, subdir};
}

}  // namespace sidekick::test
