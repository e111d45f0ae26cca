/// A hidden folder where files are written before they replace others.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "git_sync/publish/confined_folder.hpp"

namespace sidekick::git_sync {

/// Created empty, and removed with its content. Members throw Error: io, denied, cannot_create.
class Staging final {
 public:
  Staging(std::filesystem::path folder, const FileAttributes& attributes);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Writes a file or symlink as number `number`. Safe from any thread, each number once.
  FileStamp put(std::size_t number, EntryKind kind, const FileBytes& bytes) const;

  /// Where the files are, by name_of(number).
  const ConfinedFolder& folder() const noexcept { return folder_; }
  static std::string name_of(std::size_t number) { return std::to_string(number); }

 private:
  static ConfinedFolder made_anew(const std::filesystem::path& folder);

  std::filesystem::path path_;
  FileAttributes attributes_;
  ConfinedFolder folder_;
};

}  // namespace sidekick::git_sync
