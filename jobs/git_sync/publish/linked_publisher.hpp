/// Publishes by a link that points to one whole tree per commit.
#pragma once

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/linked_layout.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/record.hpp"
#include "git_sync/publish/tree_check.hpp"

namespace sidekick::git_sync {

/// Builds a new tree beside the current one, syncs it, renames it to its hash, and flips the link. Damage to the
/// current tree is repaired file by file where its folders are intact, else the tree is built again and exchanged.
class LinkedPublisher final : public Publisher {
 public:
  LinkedPublisher(const LinkedTarget& target, const std::filesystem::path& git_dir, Log& log);

  std::optional<ObjectId> current() const override;
  std::filesystem::path tree_path() const override;
  Inspection inspect(const Snapshot& snapshot, const CancelToken& cancel) const override;
  Published publish(const Snapshot& snapshot, const Gate& gate, const CancelToken& cancel) override;
  std::optional<Published> show(const ObjectId& commit) override;
  void tidy(const CancelToken& cancel) override;
  void before_switch(const std::function<void(const std::filesystem::path& tree)>& call) override {
    before_switch_ = call;
  }

 private:
  struct Work;

  Published mend(Work& work, Record record);
  Published replace(Work& work, const Gate& gate, const std::optional<Record>& before);
  void fill(const Work& work, const std::filesystem::path& unfinished, const Gate& gate,
            const std::optional<Record>& before);
  void discard_unfinished(const ObjectId& commit);
  Record new_record(const Work& work, const std::vector<struct stat>& statuses) const;
  void write_admin_files(const Work& work, const std::filesystem::path& tree, const Record& record,
                         const std::vector<struct stat>& statuses) const;
  void write_sparse_file(const Snapshot& snapshot, const std::filesystem::path& info) const;
  bool git_finds_its_way(const Snapshot& snapshot) const;
  void warn_of_attributes(const CheckoutReader& reader);
  FileStamp stamp_to_record(FileStamp stamp) const noexcept;
  void remove_tree(const std::filesystem::path& folder);
  void move_link_to(const ObjectId& commit);
  bool is_due(const std::filesystem::path& worktree) const;
  std::vector<ObjectId> removable_trees() const;

  LinkedTarget target_;
  LinkedLayout layout_;
  FileAttributes attributes_;
  Log& log_;
  std::set<std::string> warned_of_;
  std::function<void(const std::filesystem::path& tree)> before_switch_;
};

}  // namespace sidekick::git_sync
