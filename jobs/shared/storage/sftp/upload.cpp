#include "storage/sftp/upload.hpp"

#include <algorithm>

#include "storage/object_name.hpp"
#include "storage/sftp/naming.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage {

namespace {

constexpr std::size_t window_bytes = std::size_t{2} << 20;

// Where this fails, or takes long, the part stays for leftovers().
void drop_over_another(SftpPlace place, const std::string& path) noexcept {
  constexpr std::chrono::milliseconds patience(700);
  place.ssh.connect_timeout = patience;
  place.ssh.idle_timeout = patience;
  try {
    SftpSession(place, CancelToken()).drop(path);
  } catch (const Error&) {
    return;
  }
}

}  // namespace

Upload::Upload(SessionPool& pool, std::string name, const CancelToken& cancel)
    : name_(std::move(name)), part_(new_part_name(name_)), cancel_(cancel) {
  pool.with_session(cancel, [this](SessionPool::Borrowed session) {
    constexpr unsigned long flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL;
    session_ = std::move(session);
    file_ = session_->open(session_->place().path_of(part_), flags, cancel_);
    if (!file_) throw session_->failure("create", name_, session_->last_status(), cancel_);
  });
}

Upload::~Upload() {
  if (named_) return;
  end_write();
  const auto path = session_->place().path_of(part_);
  file_.reset();
  if (session_->usable())
    session_->drop(path);
  else
    drop_over_another(session_->place(), path);
}

// An interrupted call must be completed before the next one.
void Upload::end_write() noexcept {
  if (!file_ || session_->usable() || taken_ == window_.size()) return;
  session_->ssh().finish_within(std::chrono::milliseconds(500), [this] {
    return libssh2_sftp_write(file_.get(), reinterpret_cast<const char*>(window_.data() + taken_),
                              window_.size() - taken_);
  });
}

void Upload::write(std::span<const std::uint8_t> bytes) {
  cancel_.throw_if_cancelled();
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (window_.size() == window_bytes && taken_ >= window_bytes / 4) {
      window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    const auto room = std::min(bytes.size(), window_bytes - window_.size());
    window_.insert(window_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room));
    bytes = bytes.subspan(room);
    if (window_.size() == window_bytes) push();
  }
}

void Upload::push() {
  const auto n = session_->bytes_of(cancel_, [this] {
    return libssh2_sftp_write(file_.get(), reinterpret_cast<const char*>(window_.data() + taken_),
                              window_.size() - taken_);
  });
  if (!n) throw session_->failure("write", name_, session_->last_status(), cancel_);
  taken_ += *n;
}

void Upload::require(const char* verb, SftpStatus status) {
  if (status != LIBSSH2_FX_OK) throw session_->failure(verb, name_, status, cancel_);
}

void Upload::complete() {
  while (taken_ < window_.size()) {
    cancel_.throw_if_cancelled();
    push();
  }
  cancel_.throw_if_cancelled();
  if (const auto said = session_->sync(file_, cancel_); said != LIBSSH2_FX_OP_UNSUPPORTED) require("sync", said);
  const auto found = session_->look_at(session_->place().path_of(part_), cancel_);
  if (!found || ((found->flags & LIBSSH2_SFTP_ATTR_SIZE) != 0 && found->filesize != bytes_))
    throw Error(ErrorKind::io, "cannot write '" + name_ + "' in '" + session_->place().where +
                                   "': the server does not have all of its bytes");
  file_.reset();
}

bool Upload::finish_if_absent() {
  complete();
  named_ = name_if_absent(*session_, part_, name_, cancel_);
  return named_;
}

void Upload::finish() {
  if (!finish_if_absent()) throw already_there(name_, session_->place().where);
}

void Upload::finish_anyway() {
  complete();
  name_anyway(*session_, part_, name_, cancel_);
  named_ = true;
}

}  // namespace sidekick::storage
