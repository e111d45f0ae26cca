/// One SFTP connection (draft-ietf-secsh-filexfer-02; OpenSSH's file PROTOCOL for its extensions).
#pragma once

#include <libssh2_sftp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "sidekick/ssh_session.hpp"
#include "sidekick/url.hpp"

namespace sidekick::storage {

/// A folder on a server, and how to log in.
struct SftpPlace {
  Url url;
  SshSettings ssh;
  std::string folder;  ///< absolute, or relative to the home of the user
  std::string where;   ///< for messages

  std::string path_of(const std::string& file) const { return folder + "/" + file; }
};

/// A status code of SFTP (LIBSSH2_FX_…).
using SftpStatus = unsigned long;

class SftpSession;

struct CloseSftpFile {
  SftpSession* session = nullptr;
  void operator()(LIBSSH2_SFTP_HANDLE* file) const noexcept;
};
using SftpFile = std::unique_ptr<LIBSSH2_SFTP_HANDLE, CloseSftpFile>;

/// For one thread. A rejection by the server is a status. Throws Error: as SshSession does, unavailable where the
/// connection is lost (with the place), denied where the server has no SFTP, cancelled. After cancelled and unavailable
/// it may not be usable().
class SftpSession final {
 public:
  SftpSession(const SftpPlace& place, const CancelToken& cancel);
  ~SftpSession();
  SftpSession(const SftpSession&) = delete;
  SftpSession& operator=(const SftpSession&) = delete;

  const SftpPlace& place() const noexcept { return place_; }
  SshSession& ssh() noexcept { return ssh_; }
  bool usable() const noexcept { return ssh_.usable(); }

  /// LIBSSH2_FX_OK, or the server's status for a call of libssh2 that returns its code.
  template <class Call>
  SftpStatus status_of(const CancelToken& cancel, Call&& call) {
    return status(reach([&] { return ssh_.until_done(cancel, call); }));
  }

  /// The same for a call that returns a number of bytes, 0 at the end; nothing where status() has the reason.
  template <class Call>
  std::optional<std::size_t> bytes_of(const CancelToken& cancel, Call&& call) {
    const auto n = reach([&] { return ssh_.until_done(cancel, call); });
    if (n >= 0) return static_cast<std::size_t>(n);
    last_ = status(static_cast<int>(n));
    return std::nullopt;
  }
  SftpStatus last_status() const noexcept { return last_; }

  /// The file, or an empty one and last_status(). `flags` are LIBSSH2_FXF_…; a new file is accessible only to its
  /// owner.
  SftpFile open(const std::string& path, unsigned long flags, const CancelToken& cancel);
  SftpFile open_folder(const std::string& path, const CancelToken& cancel);

  /// Nothing where it does not exist. Throws other errors of the server.
  std::optional<LIBSSH2_SFTP_ATTRIBUTES> look_at(const std::string& path, const CancelToken& cancel);
  SftpStatus rename(const std::string& from, const std::string& to, const CancelToken& cancel);
  SftpStatus remove(const std::string& path, const CancelToken& cancel);
  /// Makes a file durable where the server supports it; LIBSSH2_FX_OP_UNSUPPORTED where not.
  SftpStatus sync(const SftpFile& file, const CancelToken& cancel);
  /// Makes the names in the folder durable, where the server can sync a folder.
  void sync_folder(const CancelToken& cancel);

  /// "cannot <verb> '<object>' in '<where>': <status>", of the matching kind. Checks whether the folder exists and the
  /// disk is full.
  Error failure(const std::string& verb, const std::string& object, SftpStatus status, const CancelToken& cancel);

  /// Closes and removes without throwing, within a second each.
  void close(LIBSSH2_SFTP_HANDLE* file) noexcept;
  void drop(const std::string& path) noexcept;

 private:
  template <class Work>
  auto reach(Work&& work) {
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable) throw;
      throw lost(error.message());
    }
  }
  SftpFile open_as(const std::string& path, unsigned long flags, int type, const CancelToken& cancel);
  SftpStatus status(int code);
  Error lost(const std::string& cause) const;
  bool is_full(const CancelToken& cancel);

  SftpPlace place_;
  SshSession ssh_;
  LIBSSH2_SFTP* sftp_ = nullptr;
  SftpStatus last_ = LIBSSH2_FX_OK;
};

}  // namespace sidekick::storage
