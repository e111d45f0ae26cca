#include "git_sync/publish/tree_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "git_sync/publish/copy_file.hpp"

namespace sidekick::git_sync {

namespace {

class Check final {
 public:
  Check(const std::filesystem::path& folder, CheckoutReader& reader, const Record* record,
        const FileAttributes& attributes)
      : folder_(folder), reader_(reader), record_(record), attributes_(attributes) {}

  bool folder_is_open(const std::string& path) const {
    constexpr mode_t readable = 0555;
    struct stat status{};
    return ::fstatat(folder_.descriptor(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode) && (attributes_.folder_mode & readable & ~status.st_mode) == 0;
  }

  enum class Verdict { as_recorded, right, damaged };
  struct Judgement {
    Verdict verdict = Verdict::damaged;
    FileStamp stamp;
  };

  // Folders were checked before: no component of the path is a symlink.
  Judgement judge(const Entry& entry) {
    struct stat status{};
    if (::fstatat(folder_.descriptor(), entry.path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (S_ISDIR(status.st_mode) || kind_of(status) != entry.kind) return {};
    constexpr mode_t readable = 0444;
    if (S_ISREG(status.st_mode) && (attributes_.mode_of(entry.kind) & readable & ~status.st_mode) != 0) return {};
    const auto stamp = FileStamp::of(status);
    if (is_recorded(entry, stamp)) return {Verdict::as_recorded, stamp};
    const bool same = holds(entry, reader_.source(entry));
    return {same ? Verdict::right : Verdict::damaged, stamp};
  }

 private:
  bool is_recorded(const Entry& entry, const FileStamp& stamp) const {
    if (!record_) return false;
    const auto found = record_->files.find(entry.path);
    if (found == record_->files.end()) return false;
    const auto& file = found->second;
    return file.blob == entry.blob && file.kind == entry.kind && looks_as(stamp, file.stamp);
  }

  bool holds(const Entry& entry, const FileBytes& bytes) const {
    try {
      return folder_.holds(entry.path, entry.kind, bytes);
    } catch (const Error& error) {
      // Not readable, or only through a symlink: the same as wrong bytes.
      if (error.kind() == ErrorKind::cancelled) throw;
      return false;
    }
  }

  ConfinedFolder folder_;
  CheckoutReader& reader_;
  const Record* record_;
  const FileAttributes& attributes_;
};

}  // namespace

TreeFindings check_tree(const std::filesystem::path& folder, const Listing& listing, CheckoutReader& reader,
                        const Record* record, const FileAttributes& attributes, const CancelToken& cancel) {
  Check check(folder, reader, record, attributes);
  TreeFindings findings;
  for (const auto& path : listing.folders)
    if (!check.folder_is_open(path)) findings.damaged_folders.push_back(path);
  for (std::size_t i = 0; i < listing.entries.size(); i++) {
    cancel.throw_if_cancelled();
    const auto [verdict, stamp] = check.judge(listing.entries[i]);
    if (verdict == Check::Verdict::damaged) findings.damaged.push_back(i);
    if (verdict == Check::Verdict::right) findings.touched.emplace_back(i, stamp);
  }
  return findings;
}

}  // namespace sidekick::git_sync
