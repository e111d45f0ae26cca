/// Objects as the files of one folder.
#pragma once

#include <string>

#include "storage/posix/open_folder.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Each object is a file. It is written as a part beside (see new_part_name()), synced, and renamed, which is synced
/// too. A process killed at any instruction leaves at most a part, which leftovers() reports. The exclusion is strict
/// where the filesystem can rename without replacing or has hard links, as all common ones do. A full disk is io, a
/// read-only one cannot_create.
class PosixStorage final : public Storage {
 public:
  /// `path` is absolute. Does not touch it yet.
  explicit PosixStorage(std::string path);

  const std::string& where() const noexcept override { return where_; }
  Exclusion check(const CancelToken& cancel) override;
  std::unique_ptr<Sink> create(const std::string& name, const CancelToken& cancel) override;
  bool put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) override;
  void replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) override;
  std::optional<std::string> get(const std::string& name, const CancelToken& cancel) override;
  std::unique_ptr<Source> open(const std::string& name, const CancelToken& cancel) override;
  std::vector<Object> list(std::string_view prefix, const CancelToken& cancel) override;
  void remove(const std::string& name, const CancelToken& cancel) override;
  void remove_all(const std::vector<std::string>& names, const CancelToken& cancel) override;
  std::vector<Leftover> leftovers(std::string_view prefix, const CancelToken& cancel) override;
  void discard(const Leftover& leftover, const CancelToken& cancel) override;

 private:
  OpenFolder folder() const { return {path_, where_}; }

  std::string path_;
  std::string where_;
};

}  // namespace sidekick::storage
