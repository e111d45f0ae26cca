/// A folder on an ssh server as a storage.
#pragma once

#include "storage/open_storage.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

class SftpPlace final : public StoragePlace {
 public:
  explicit SftpPlace(SshServerSettings settings = {}) : server(std::move(settings)) {}

  std::unique_ptr<storage::Storage> open() const override { return open_at(folder.path()); }
  std::unique_ptr<storage::Storage> open_missing() const override { return open_at(folder / "missing"); }

  /// How the server's client is let in.
  storage::Access access() const {
    storage::Access out;
    out.ssh_known_hosts_file = server.known_hosts().string();
    out.ssh_key_files = {server.client_key().string()};
    return out;
  }
  std::unique_ptr<storage::Storage> open_at(const std::filesystem::path& path) const {
    return storage::open_storage(server.sftp_url(path), access());
  }
  std::unique_ptr<storage::Storage> open_with(const storage::Access& given) const {
    return storage::open_storage(server.sftp_url(folder.path()), given);
  }

  TempDir folder;
  SshServer server;
};

}  // namespace sidekick::test
