#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/in_place_apply.hpp"
#include "git_sync/publish/in_place_state.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/root_detail.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view gate_prefix = "gate-";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// The whole of a snapshot, while a gate looks at it before publication.
class Preview final {
 public:
  Preview(fs::path folder, const Assessment& found, const Snapshot& snapshot, const CancelToken& cancel)
      : path_(std::move(folder)) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    fs::create_directory(path_, ignored);
    try {
      fill(found, snapshot, cancel);
    } catch (...) {
      fs::remove_all(path_, ignored);
      throw;
    }
  }
  ~Preview() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Preview(const Preview&) = delete;
  Preview& operator=(const Preview&) = delete;

 private:
  void fill(const Assessment& found, const Snapshot& snapshot, const CancelToken& cancel) const {
    ConfinedFolder folder(path_);
    CheckoutReader reader(snapshot);
    for (const auto& empty : found.empty_folders) folder.ensure_folder(empty, {});
    for (const auto& entry : found.wanted) {
      cancel.throw_if_cancelled();
      folder.replace(entry.path, entry.kind, reader.source(entry), {});
    }
  }

  fs::path path_;
};

class InPlacePublisher final : public Publisher {
 public:
  InPlacePublisher(const InPlaceTarget& target, const fs::path& git_dir, Log& log)
      : target_(target), log_(log), places_(places_of(target, git_dir)) {}

  std::optional<ObjectId> current() const override {
    if (is_there(places_.state.pending)) return std::nullopt;
    return recorded_commit();
  }

  std::optional<ObjectId> interrupted() const override {
    const auto pending = read_record(places_.state.pending);
    return pending ? std::optional(pending->commit) : std::nullopt;
  }

  fs::path tree_path() const override { return places_.folder; }

  Inspection inspect(const Snapshot& snapshot, const CancelToken& cancel) const override {
    const auto found = assess(places_, snapshot, cancel);
    const auto& plan = found.plan;
    Inspection inspection{plan.write.size() + plan.make_folders.size(), {}};
    if (found.known && found.recorded.snapshot_key != found.snapshot_key)
      inspection.settings = Inspection::Settings::other;
    const auto show = [&](std::string_view path) {
      if (inspection.examples.size() < 3) inspection.examples.emplace_back(path);
    };
    for (const auto* row : plan.write) show(row->path);
    for (const auto& folder : plan.make_folders) show(folder);
    return inspection;
  }

  Published publish(const Snapshot& snapshot, const Gate& gate, const CancelToken& cancel) override {
    // The folder may have been emptied meanwhile.
    make_state_folder(make_folder(places_.folder));
    const auto found = assess(places_, snapshot, cancel);
    const auto& plan = found.plan;
    if (!plan.in_the_way.empty()) judge_files_in_the_way(plan.in_the_way);
    const bool recorded = found.known && !found.interrupted && found.recorded.commit == snapshot.commit &&
                          found.recorded.snapshot_key == found.snapshot_key;
    if (recorded && !plan.changes_files() && plan.adopt.empty() && plan.make_folders.empty()) return {};
    // Files that readers have already seen are only repaired.
    if (gate && !recorded) ask(gate, found, snapshot, cancel);
    if (found.interrupted)
      log_.info("finishing an interrupted publication", {{"folder", places_.folder.native()}});
    else if (!plan.damaged.empty())
      warn("repairing files that were changed by someone else", plan.damaged);
    if (found.interrupted) drop_temporary_files(found.pending);
    apply(places_, found, snapshot, target_.delete_order, log_, cancel);
    return {plan.write.size() + plan.make_folders.size() + plan.remove.size() + ours_among(plan)};
  }

  void tidy(const CancelToken& cancel) override {
    std::error_code error;
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator it(places_.state.folder, error), end; !error && it != end; it.increment(error)) {
      const auto name = it->path().filename().string();
      if (name == "staging" || name.starts_with(gate_prefix) || name.starts_with(temporary_prefix))
        leftovers.push_back(it->path());
    }
    for (const auto& path : leftovers) {
      cancel.throw_if_cancelled();
      fs::remove_all(path, error);
      if (error) throw error_from_errno("cannot remove '" + path.string() + "'", error.value());
    }
  }

 private:
  static InPlacePlaces places_of(const InPlaceTarget& target, const fs::path& git_dir) {
    const auto folder = make_folder(target.folder);
    return {folder, git_dir, make_state_folder(folder)};
  }

  /// Read again only when the file has changed: every poll asks.
  std::optional<ObjectId> recorded_commit() const {
    struct stat status{};
    if (::lstat(places_.state.record.c_str(), &status) != 0) return std::nullopt;
    const auto stamp = FileStamp::of(status);
    if (stamp != known_stamp_) {
      const auto record = read_record(places_.state.record);
      known_commit_ = record ? std::optional(record->commit) : std::nullopt;
      known_stamp_ = stamp;
    }
    return known_commit_;
  }

  void judge_files_in_the_way(const std::vector<std::string>& in_the_way) const {
    if (target_.files_in_the_way == InPlaceTarget::FilesInTheWay::keep)
      throw Error(ErrorKind::config,
                  "cannot publish in '" + places_.folder.string() + "': " + name_some(in_the_way) +
                      (in_the_way.size() == 1 ? " is" : " are") + " in the way and never came from git",
                  "move them away, or replace them with --force");
    warn("replacing files that never came from git", in_the_way);
  }

  void warn(std::string_view message, const std::vector<std::string>& paths) const {
    log_.warn(message, {{"folder", places_.folder.native()}, {"count", paths.size()}, {"paths", name_some(paths)}});
  }

  void ask(const Gate& gate, const Assessment& found, const Snapshot& snapshot, const CancelToken& cancel) const {
    const auto folder = places_.state.folder / (std::string(gate_prefix) + snapshot.commit.hex());
    const Preview preview(folder, found, snapshot, cancel);
    gate(folder);
  }

  /// A file that could not be renamed from another filesystem was written beside its target.
  void drop_temporary_files(const Record& pending) const {
    Surveyor surveyor(places_.folder);
    std::string last = "/";
    for (const auto& [path, file] : pending.files) {
      const auto folder = split_path(path).folder;
      if (folder == last) continue;
      last = folder;
      if (!folder.empty() && surveyor.look(folder).what != Seen::What::folder) continue;
      std::error_code error;
      for (fs::directory_iterator it(places_.folder / folder, error), end; !error && it != end; it.increment(error))
        if (it->path().filename().string().starts_with(temporary_prefix)) fs::remove(it->path(), error);
    }
  }

  static std::size_t ours_among(const Plan& plan) {
    return static_cast<std::size_t>(std::ranges::count_if(
        plan.clear, [&](const std::string& path) { return !std::ranges::binary_search(plan.in_the_way, path); }));
  }

  InPlaceTarget target_;
  Log& log_;
  InPlacePlaces places_;
  mutable FileStamp known_stamp_;
  mutable std::optional<ObjectId> known_commit_;
};

}  // namespace

std::unique_ptr<Publisher> make_in_place_publisher(const InPlaceTarget& target, const fs::path& git_dir, Log& log) {
  return std::make_unique<InPlacePublisher>(target, git_dir, log);
}

}  // namespace sidekick::git_sync
