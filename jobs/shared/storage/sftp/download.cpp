#include "storage/sftp/download.hpp"

#include <poll.h>

#include <algorithm>
#include <cstring>

#include "sidekick/dial.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage {

namespace {

// libssh2 requests four times as much ahead.
constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr int max_attempts = 6;

void rest(std::chrono::milliseconds time, const CancelToken& cancel) {
  wait_ready(cancel.fd(), POLLIN, std::chrono::steady_clock::now() + time, cancel);
  cancel.throw_if_cancelled();
}

}  // namespace

Download::Download(SessionPool& pool, std::string name, const CancelToken& cancel)
    : pool_(pool), name_(std::move(name)), cancel_(cancel), piece_(piece_bytes) {
  open();
}

void Download::open() {
  file_.reset();
  session_.reset();
  pool_.with_session(cancel_, [this](SessionPool::Borrowed session) {
    file_.reset();
    session_ = std::move(session);
    const auto path = session_->place().path_of(name_);
    file_ = session_->open(path, LIBSSH2_FXF_READ, cancel_);
    if (!file_) {
      const auto error = session_->failure("read", name_, session_->last_status(), cancel_);
      if (error.kind() == ErrorKind::no_input && error.hint().empty())
        throw no_such_object(name_, session_->place().where);
      throw error;
    }
    const auto said = session_->status_of(cancel_, [this] { return libssh2_sftp_fstat_ex(file_.get(), &opened_, 0); });
    if (said != LIBSSH2_FX_OK) throw session_->failure("read", name_, said, cancel_);
  });
}

void Download::reopen() {
  const auto before = opened_;
  try {
    open();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::no_input) throw;
    throw Error(ErrorKind::data, error.message() + " any more");
  }
  if (opened_.filesize != before.filesize || opened_.mtime != before.mtime)
    throw Error(ErrorKind::data,
                "cannot read '" + name_ + "' in '" + session_->place().where + "': it changed while it was read");
  libssh2_sftp_seek64(file_.get(), position_);
}

std::size_t Download::pull() {
  const auto n = session_->bytes_of(cancel_, [this] {
    return libssh2_sftp_read(file_.get(), reinterpret_cast<char*>(piece_.data()), piece_.size());
  });
  if (!n) throw session_->failure("read", name_, session_->last_status(), cancel_);
  if (*n == 0 && position_ < opened_.filesize)
    throw Error(ErrorKind::data, "cannot read '" + name_ + "' in '" + session_->place().where + "': it ends after " +
                                     std::to_string(position_) + " of " + std::to_string(opened_.filesize) + " bytes");
  position_ += *n;
  return *n;
}

void Download::go_on_after(const Error& error, int attempt) {
  if (error.kind() != ErrorKind::unavailable || attempt == max_attempts) throw error;
  rest(std::chrono::milliseconds(100) * (1 << attempt), cancel_);
}

std::size_t Download::read(std::span<std::uint8_t> into) {
  cancel_.throw_if_cancelled();
  bool broken = false;
  for (int attempt = 0; begin_ == end_; attempt++) {
    try {
      if (broken) reopen();
      begin_ = 0;
      end_ = 0;
      end_ = pull();
      if (end_ == 0) return 0;
    } catch (const Error& error) {
      go_on_after(error, attempt);
      broken = true;
    }
  }
  const auto n = std::min(into.size(), end_ - begin_);
  std::memcpy(into.data(), piece_.data() + begin_, n);
  begin_ += n;
  return n;
}

}  // namespace sidekick::storage
