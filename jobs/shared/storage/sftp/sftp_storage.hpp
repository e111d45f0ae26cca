/// Objects as the files of one folder of an ssh server.
#pragma once

#include <string>

#include "storage/sftp/session_pool.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Each object is a file. It is written as a part beside (see new_part_name()), synced where the server offers
/// fsync@openssh.com, and then renamed. A process killed at any instruction, or a lost connection, leaves at most a
/// part, which leftovers() reports. The exclusion is strict where the server's rename does not overwrite, as with
/// OpenSSH. Concurrent threads have separate connections.
class SftpStorage final : public Storage {
 public:
  /// Does not connect.
  explicit SftpStorage(SftpPlace place);

  const std::string& where() const noexcept override { return pool_.place().where; }
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
  std::vector<Object> files(std::string_view prefix, const CancelToken& cancel);
  void remove_files(const std::vector<std::string>& files, const CancelToken& cancel);

  SessionPool pool_;
};

/// Parses "sftp://user@host:port/path"; "/~/path" is below the home of the user. Throws Error of kind config for a URL
/// without a user or a path.
SftpPlace sftp_place(const Url& url, SshSettings ssh);

}  // namespace sidekick::storage
