#include "storage/posix/posix_storage.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sidekick/error.hpp"
#include "storage/object_name.hpp"
#include "storage/old_checks.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage {

namespace {

constexpr std::uint64_t write_back_bytes = std::uint64_t{8} << 20;

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::chrono::system_clock::time_point modified(const struct stat& status) {
  const auto since = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(since));
}

// Backups hold what a database protects by a login. Leases and manifests do not, and other users depend on them.
constexpr mode_t object_mode = 0600;
constexpr mode_t small_mode = 0644;

/// A temporary file that is renamed at the end, and removed otherwise.
class Part final : public Sink {
 public:
  Part(OpenFolder folder, std::string name, std::string where, mode_t mode, const CancelToken& cancel)
      : folder_(std::move(folder)),
        name_(std::move(name)),
        where_(std::move(where)),
        part_(new_part_name(name_)),
        cancel_(cancel),
        fd_(folder_.create(part_, mode)) {}
  ~Part() override {
    if (!named_) folder_.drop(part_);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  void write(std::span<const std::uint8_t> bytes) override {
    folder_.write(fd_, bytes, name_, cancel_);
    written_ += bytes.size();
    if (written_ - moved_ < write_back_bytes) return;
    // The final sync cannot be cancelled: starting the writeback now keeps it short.
    ::sync_file_range(fd_.get(), static_cast<off_t>(moved_), static_cast<off_t>(written_ - moved_),
                      SYNC_FILE_RANGE_WRITE);
    moved_ = written_;
  }

  void finish() override {
    if (!finish_if_absent()) throw already_there(name_, where_);
  }

  bool finish_if_absent() {
    cancel_.throw_if_cancelled();
    folder_.sync_and_close(std::move(fd_), name_);
    named_ = folder_.name_if_absent(part_, name_);
    return named_;
  }

  void finish_anyway() {
    cancel_.throw_if_cancelled();
    folder_.take_mode_of(name_, fd_);
    folder_.sync_and_close(std::move(fd_), name_);
    folder_.name(part_, name_);
    named_ = true;
  }

 private:
  OpenFolder folder_;
  std::string name_;
  std::string where_;
  std::string part_;
  CancelToken cancel_;
  Fd fd_;
  std::uint64_t written_ = 0;
  std::uint64_t moved_ = 0;  ///< of them, those whose writeback was started
  bool named_ = false;
};

/// Reads a file of `bytes`.
class WholeFile final : public Source {
 public:
  WholeFile(filters::FdSource file, std::uint64_t bytes, std::string what)
      : file_(std::move(file)), bytes_(bytes), what_(std::move(what)) {}

  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = file_.read(into);
    if (n == 0 && file_.position() < bytes_)
      throw Error(ErrorKind::data, "cannot read " + what_ + ": it ends after " + std::to_string(file_.position()) +
                                       " of " + std::to_string(bytes_) + " bytes");
    return n;
  }

 private:
  filters::FdSource file_;
  std::uint64_t bytes_;
  std::string what_;
};

}  // namespace

PosixStorage::PosixStorage(std::string path) : path_(std::move(path)), where_("dir:" + path_) {}

Exclusion PosixStorage::check(const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  remove_old_checks(*this, cancel);
  const auto opened = folder();
  return opened.naming() == Naming::looked_up ? Exclusion::advisory : Exclusion::strict;
}

std::unique_ptr<Sink> PosixStorage::create(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  cancel.throw_if_cancelled();
  return std::make_unique<Part>(folder(), name, where_, object_mode, cancel);
}

bool PosixStorage::put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_small(bytes.size(), name, where_);
  require_object_name(name);
  Part part(folder(), name, where_, small_mode, cancel);
  part.write(as_bytes(bytes));
  return part.finish_if_absent();
}

void PosixStorage::replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_small(bytes.size(), name, where_);
  require_object_name(name);
  Part part(folder(), name, where_, small_mode, cancel);
  part.write(as_bytes(bytes));
  part.finish_anyway();
}

std::optional<std::string> PosixStorage::get(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  const auto opened = folder();
  auto fd = opened.open(name);
  if (!fd) return {};
  const auto bytes = static_cast<std::uint64_t>(opened.look_at(*fd, name).st_size);
  require_small(bytes, name, where_);
  filters::FdSource file(std::move(*fd), where_ + "/" + name, cancel);
  std::string out;
  std::array<std::uint8_t, 16384> piece;
  while (const auto n = file.read(piece)) {
    out.append(reinterpret_cast<const char*>(piece.data()), n);
    require_small(out.size(), name, where_);
  }
  return out;
}

std::unique_ptr<Source> PosixStorage::open(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  const auto opened = folder();
  auto fd = opened.open(name);
  if (!fd) throw no_such_object(name, where_);
  const auto bytes = static_cast<std::uint64_t>(opened.look_at(*fd, name).st_size);
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<WholeFile>(filters::FdSource(std::move(*fd), where_ + "/" + name, cancel), bytes,
                                     "'" + name + "' in '" + where_ + "'");
}

std::vector<Object> PosixStorage::list(std::string_view prefix, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  std::vector<Object> out;
  folder().each(prefix, [&](const std::string& file, const struct stat& status) {
    if (is_object_name(file)) out.push_back({file, static_cast<std::uint64_t>(status.st_size), modified(status)});
  });
  std::ranges::sort(out, {}, &Object::name);
  return out;
}

void PosixStorage::remove(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  cancel.throw_if_cancelled();
  folder().remove(name);
}

void PosixStorage::remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
  const auto opened = folder();
  for (const auto& name : names) {
    require_object_name(name);
    cancel.throw_if_cancelled();
    opened.remove_without_sync(name);
  }
  opened.sync();
}

std::vector<Leftover> PosixStorage::leftovers(std::string_view prefix, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  std::vector<Leftover> out;
  folder().each(".part-", [&](const std::string& file, const struct stat& status) {
    auto object = object_of_part(file);
    // The time of the last write: a file that still grows is not an old leftover.
    if (object && object->starts_with(prefix)) out.push_back({std::move(*object), file, modified(status)});
  });
  std::ranges::sort(out, {}, &Leftover::id);
  return out;
}

void PosixStorage::discard(const Leftover& leftover, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  if (object_of_part(leftover.id)) folder().remove(leftover.id);
}

}  // namespace sidekick::storage
