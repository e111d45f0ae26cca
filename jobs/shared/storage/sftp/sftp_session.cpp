#include "storage/sftp/sftp_session.hpp"

#include <chrono>

namespace sidekick::storage {

namespace {

constexpr std::chrono::milliseconds patience(1'000);

unsigned int size_of(const std::string& text) {
  return static_cast<unsigned int>(text.size());
}

struct Meaning {
  ErrorKind kind;
  const char* text;
};

Meaning meaning_of(SftpStatus status) {
  switch (status) {
    case LIBSSH2_FX_NO_SUCH_FILE:
    case LIBSSH2_FX_NO_SUCH_PATH:
      return {ErrorKind::no_input, "there is no such file"};
    case LIBSSH2_FX_PERMISSION_DENIED:
      return {ErrorKind::denied, "permission denied"};
    case LIBSSH2_FX_WRITE_PROTECT:
      return {ErrorKind::cannot_create, "the filesystem is read-only"};
    case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM:
      return {ErrorKind::io, "no space left"};
    case LIBSSH2_FX_QUOTA_EXCEEDED:
      return {ErrorKind::io, "the quota is exceeded"};
    case LIBSSH2_FX_OP_UNSUPPORTED:
      return {ErrorKind::config, "the server cannot do this"};
    case LIBSSH2_FX_NOT_A_DIRECTORY:
      return {ErrorKind::no_input, "it is not a folder"};
    default:
      return {ErrorKind::io, "the server failed without a reason"};
  }
}

}  // namespace

void CloseSftpFile::operator()(LIBSSH2_SFTP_HANDLE* file) const noexcept {
  session->close(file);
}

SftpSession::SftpSession(const SftpPlace& place, const CancelToken& cancel)
    : place_(place), ssh_(place.url, place.ssh, cancel) {
  sftp_ = reach([&] { return ssh_.until_done(cancel, [this] { return libssh2_sftp_init(ssh_.handle()); }); });
  if (sftp_ != nullptr) return;
  if (libssh2_session_last_errno(ssh_.handle()) == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
    throw ssh_.error(ErrorKind::denied, "the server of '" + place_.where + "' does not offer SFTP",
                     "its sshd_config needs a line 'Subsystem sftp internal-sftp'");
  throw ssh_.error(ErrorKind::unavailable, "cannot begin SFTP with '" + place_.where + "'");
}

SftpSession::~SftpSession() {
  if (sftp_ == nullptr) return;
  const auto shut_down = [this] { return libssh2_sftp_shutdown(sftp_); };
  if (usable() && ssh_.finish_within(patience, shut_down) != LIBSSH2_ERROR_EAGAIN) return;
  // Objects that wait for the server are freed once it is known to be gone.
  ssh_.cut();
  libssh2_sftp_shutdown(sftp_);
}

SftpStatus SftpSession::status(int code) {
  if (code >= 0) return LIBSSH2_FX_OK;
  const auto said = code == LIBSSH2_ERROR_SFTP_PROTOCOL ? libssh2_sftp_last_error(sftp_) : LIBSSH2_FX_CONNECTION_LOST;
  if (said != LIBSSH2_FX_CONNECTION_LOST && said != LIBSSH2_FX_NO_CONNECTION && said != LIBSSH2_FX_OK) return said;
  const auto cause = ssh_.error(ErrorKind::unavailable, "the connection broke");
  ssh_.cut();
  throw lost(cause.message());
}

Error SftpSession::lost(const std::string& cause) const {
  return {ErrorKind::unavailable, "cannot reach '" + place_.where + "': " + cause};
}

SftpFile SftpSession::open_as(const std::string& path, unsigned long flags, int type, const CancelToken& cancel) {
  constexpr long owner_only = LIBSSH2_SFTP_S_IRUSR | LIBSSH2_SFTP_S_IWUSR;
  auto* opened = reach([&] {
    return ssh_.until_done(
        cancel, [&] { return libssh2_sftp_open_ex(sftp_, path.c_str(), size_of(path), flags, owner_only, type); });
  });
  last_ = opened != nullptr ? LIBSSH2_FX_OK : status(libssh2_session_last_errno(ssh_.handle()));
  return {opened, CloseSftpFile{this}};
}

SftpFile SftpSession::open(const std::string& path, unsigned long flags, const CancelToken& cancel) {
  return open_as(path, flags, LIBSSH2_SFTP_OPENFILE, cancel);
}

SftpFile SftpSession::open_folder(const std::string& path, const CancelToken& cancel) {
  return open_as(path, 0, LIBSSH2_SFTP_OPENDIR, cancel);
}

std::optional<LIBSSH2_SFTP_ATTRIBUTES> SftpSession::look_at(const std::string& path, const CancelToken& cancel) {
  LIBSSH2_SFTP_ATTRIBUTES found{};
  const auto said = status_of(
      cancel, [&] { return libssh2_sftp_stat_ex(sftp_, path.c_str(), size_of(path), LIBSSH2_SFTP_STAT, &found); });
  if (said == LIBSSH2_FX_OK) return found;
  if (meaning_of(said).kind == ErrorKind::no_input) return std::nullopt;
  const auto [kind, text] = meaning_of(said);
  throw Error(kind, "cannot look at '" + path + "' in '" + place_.where + "': " + text);
}

SftpStatus SftpSession::rename(const std::string& from, const std::string& to, const CancelToken& cancel) {
  return status_of(
      cancel, [&] { return libssh2_sftp_rename_ex(sftp_, from.c_str(), size_of(from), to.c_str(), size_of(to), 0); });
}

SftpStatus SftpSession::remove(const std::string& path, const CancelToken& cancel) {
  return status_of(cancel, [&] { return libssh2_sftp_unlink_ex(sftp_, path.c_str(), size_of(path)); });
}

SftpStatus SftpSession::sync(const SftpFile& file, const CancelToken& cancel) {
  return status_of(cancel, [&] { return libssh2_sftp_fsync(file.get()); });
}

void SftpSession::sync_folder(const CancelToken& cancel) {
  const auto folder = open(place_.folder, LIBSSH2_FXF_READ, cancel);
  if (folder) sync(folder, cancel);
}

bool SftpSession::is_full(const CancelToken& cancel) {
  LIBSSH2_SFTP_STATVFS found{};
  const auto& path = place_.folder;
  const auto said = status_of(cancel, [&] { return libssh2_sftp_statvfs(sftp_, path.c_str(), path.size(), &found); });
  return said == LIBSSH2_FX_OK && (found.f_bavail == 0 || (found.f_files > 0 && found.f_favail == 0));
}

Error SftpSession::failure(const std::string& verb, const std::string& object, SftpStatus status,
                           const CancelToken& cancel) {
  auto [kind, text] = meaning_of(status);
  const auto what = "cannot " + verb + " '" + object + "' in '" + place_.where + "': ";
  if (kind == ErrorKind::no_input && !look_at(place_.folder, cancel))
    return {kind, what + "no such folder", "create it on the server, and check the path in the URL"};
  if (status == LIBSSH2_FX_FAILURE && is_full(cancel)) text = "no space left";
  if (kind == ErrorKind::denied)
    return {kind, what + text, "give the user of the URL read and write access to the folder"};
  return {kind, what + text};
}

void SftpSession::close(LIBSSH2_SFTP_HANDLE* file) noexcept {
  const auto close_it = [file] { return libssh2_sftp_close_handle(file); };
  if (usable() && ssh_.finish_within(patience, close_it) != LIBSSH2_ERROR_EAGAIN) return;
  ssh_.cut();
  close_it();
}

void SftpSession::drop(const std::string& path) noexcept {
  if (usable())
    ssh_.finish_within(patience, [&] { return libssh2_sftp_unlink_ex(sftp_, path.c_str(), size_of(path)); });
}

}  // namespace sidekick::storage
