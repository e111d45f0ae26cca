/// Reads an object from an SFTP server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/sftp/session_pool.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Reads ahead. Where the connection breaks, it reconnects and continues from there.
class Download final : public Source {
 public:
  /// Throws Error no_input where there is no such object.
  Download(SessionPool& pool, std::string name, const CancelToken& cancel);
  std::size_t read(std::span<std::uint8_t> into) override;

  std::uint64_t bytes() const noexcept { return opened_.filesize; }

 private:
  void open();
  void reopen();
  std::size_t pull();
  void go_on_after(const Error& error, int attempt);

  SessionPool& pool_;
  std::string name_;
  CancelToken cancel_;
  SessionPool::Borrowed session_;
  SftpFile file_;
  LIBSSH2_SFTP_ATTRIBUTES opened_{};
  std::uint64_t position_ = 0;  ///< received from the server
  std::vector<std::uint8_t> piece_;
  std::size_t begin_ = 0;  ///< of the current piece and not taken yet
  std::size_t end_ = 0;
};

}  // namespace sidekick::storage
