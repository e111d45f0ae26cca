/// Streams over ssh: git-upload-pack run on the host.
#pragma once

#include <memory>
#include <string>

#include "git_sync/remote/byte_stream.hpp"
#include "sidekick/ssh_session.hpp"

namespace sidekick::git_sync {

/// Keeps the session for the next stream, and opens a new one where the server has ended it. The user is that of the
/// URL, else "git".
class SshSource final : public StreamSource {
 public:
  /// `path` is that of the repository on the host.
  SshSource(Url url, std::string path, SshSettings settings)
      : url_(std::move(url)), path_(std::move(path)), settings_(std::move(settings)) {
    if (url_.user.empty()) url_.user = "git";
  }

  std::unique_ptr<ByteStream> open(const CancelToken& cancel) override;
  void disconnect() noexcept override { session_.reset(); }

 private:
  Url url_;
  std::string path_;
  SshSettings settings_;
  std::shared_ptr<SshSession> session_;
};

/// `text` quoted as one shell word.
std::string shell_quoted(const std::string& text);

}  // namespace sidekick::git_sync
