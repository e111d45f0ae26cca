/// Brings a commit to the place where its readers look.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/publish/sparse.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/store.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// The part of one repository in what is published: the main one first, with an empty prefix, then its submodules.
struct TreePart {
  std::string prefix;  ///< "" or "libs/a/"
  const Store* store = nullptr;
  ObjectId commit;
  ObjectId tree;
};

/// What is published: a commit with its submodules, and how they are selected.
struct Snapshot {
  ObjectId commit;  ///< of the main repository: what readers are shown
  std::vector<TreePart> parts;
  std::string subdir;  ///< not empty: `parts[0].tree` is that folder's
  /// Whether links to submodules need a part; without one it is then an error, otherwise an empty folder.
  enum class LinksNeedParts { of_none, of_main, of_all } links_need_parts = LinksNeedParts::of_none;
  std::set<std::string> links_left_empty{};        ///< paths of links that never need one
  std::shared_ptr<const SparsePatterns> sparse{};  ///< select files of the main repository; none: all of them
};

struct Published {
  std::size_t changed_paths = 0;  ///< written, replaced or removed
};

/// The result of a check: files that are missing, damaged or edited by hand. Foreign files in the folder are not
/// damage.
struct Inspection {
  std::size_t damaged = 0;
  std::vector<std::string> examples;  ///< at most three paths
  /// Whether what is published was selected and converted as `snapshot` asks for, or under other settings: then the
  /// figures are those of the difference.
  enum class Settings { same, other } settings = Settings::same;
};

/// Inspects the whole new tree in `folder` before readers see it. Throws to reject it.
using Gate = std::function<void(const std::filesystem::path& folder)>;

/// For one thread at a time. Every member throws Error: io (also a full disk), denied, cannot_create, data (an object
/// damaged, an entry that would leave the folder, a symlink that an entry would be written through, two entries that
/// are one on this filesystem), config (a folder that is not ours), cancelled. After an error or a kill readers see
/// what they saw before (linked), or only whole files of either commit (in place), and the next call finishes.
class Publisher {
 public:
  virtual ~Publisher() = default;

  /// The published commit, according to the link or the record; nothing when there is none, or when the last
  /// publication was interrupted. Reads one link or file.
  virtual std::optional<ObjectId> current() const = 0;

  /// The commit of an interrupted publication some of whose files readers have already seen, so that it must be
  /// finished without the gate; nothing where publication is atomic.
  virtual std::optional<ObjectId> interrupted() const { return {}; }

  /// Where the published tree is: the worktree of the current commit, or the folder.
  virtual std::filesystem::path tree_path() const = 0;

  /// Compares everything that is published with `snapshot`: by time, size and inode against the record, and by bytes
  /// where they differ.
  virtual Inspection inspect(const Snapshot& snapshot, const CancelToken& cancel) const = 0;

  /// Calls `call` in each publish() that shows readers another folder, once it is complete and in place, and before
  /// readers are sent there.
  virtual void before_switch(const std::function<void(const std::filesystem::path& tree)>& /*call*/) {}

  /// Makes `snapshot` what readers see, durable when it returns; files that are right are not rewritten. The same
  /// snapshot again repairs damage without an outage. `gate` may be empty.
  virtual Published publish(const Snapshot& snapshot, const Gate& gate, const CancelToken& cancel) = 0;

  /// Sends readers to the tree of `commit` where that is still there, as it is, without the gate; it may have been
  /// damaged since. Nothing where there is no such tree, and nothing happened.
  virtual std::optional<Published> show(const ObjectId& /*commit*/) { return {}; }

  /// Removes trees that no reader is sent to any more, and leftovers of crashes.
  virtual void tidy(const CancelToken& cancel) = 0;
};

/// `git_dir` is the store of the main repository. Takes over the state of an earlier process.
std::unique_ptr<Publisher> make_linked_publisher(const LinkedTarget& target, const std::filesystem::path& git_dir,
                                                 Log& log);
std::unique_ptr<Publisher> make_in_place_publisher(const InPlaceTarget& target, const std::filesystem::path& git_dir,
                                                   Log& log);

}  // namespace sidekick::git_sync
