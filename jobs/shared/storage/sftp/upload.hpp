/// Uploads an object to an SFTP server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/sftp/session_pool.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// Writes a part file, many packets ahead of the server's answers. Removed where it is not renamed, unless the server
/// cannot be reached.
class Upload final : public Sink {
 public:
  Upload(SessionPool& pool, std::string name, const CancelToken& cancel);
  ~Upload() override;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

  /// Instead of finish(): false where the name is taken.
  bool finish_if_absent();
  void finish_anyway();

 private:
  void end_write() noexcept;
  void push();
  void complete();
  /// The result of `call` for a file that is written.
  void require(const char* verb, SftpStatus status);

  std::string name_;
  std::string part_;
  CancelToken cancel_;
  SessionPool::Borrowed session_;
  SftpFile file_;
  // libssh2 must be given the bytes again that the server has not yet accepted.
  std::vector<std::uint8_t> window_;
  std::size_t taken_ = 0;  ///< of the window
  std::uint64_t bytes_ = 0;
  bool named_ = false;
};

}  // namespace sidekick::storage
