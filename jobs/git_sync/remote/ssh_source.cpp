#include "git_sync/remote/ssh_source.hpp"

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t max_complaint_bytes = 8192;
constexpr std::string_view protocol_name = "GIT_PROTOCOL";
constexpr std::string_view protocol_value = "version=2";

SshChannel run(SshSession& session, const std::string& command, const CancelToken& cancel) {
  constexpr std::string_view type = "session";
  constexpr std::string_view exec = "exec";
  constexpr unsigned int window_bytes = 2U << 20U;
  auto* opened = session.until_done(cancel, [&] {
    return libssh2_channel_open_ex(session.handle(), type.data(), type.size(), window_bytes,
                                   LIBSSH2_CHANNEL_PACKET_DEFAULT, nullptr, 0);
  });
  SshChannel channel(opened, CloseSshChannel{&session});
  if (!channel) throw session.error(ErrorKind::unavailable, "cannot open an ssh channel");
  // A server that rejects it speaks the old protocol.
  session.until_done(cancel, [&] {
    return libssh2_channel_setenv_ex(channel.get(), protocol_name.data(), protocol_name.size(), protocol_value.data(),
                                     protocol_value.size());
  });
  const int code = session.until_done(cancel, [&] {
    return libssh2_channel_process_startup(channel.get(), exec.data(), exec.size(), command.data(),
                                           static_cast<unsigned int>(command.size()));
  });
  if (code != 0) throw session.error(ErrorKind::unavailable, "cannot run git-upload-pack on the host");
  return channel;
}

class SshStream final : public ByteStream {
 public:
  SshStream(std::shared_ptr<SshSession> session, SshChannel channel)
      : session_(std::move(session)), channel_(std::move(channel)) {}

  std::size_t read(std::span<std::byte> into, const CancelToken& cancel) override {
    for (;;) {
      cancel.throw_if_cancelled();
      // Read this first: the read also takes data of the other stream from the socket, which no poll would report any
      // more.
      read_complaint();
      const auto n = libssh2_channel_read(channel_.get(), reinterpret_cast<char*>(into.data()), into.size());
      if (n > 0) return static_cast<std::size_t>(n);
      if (n != LIBSSH2_ERROR_EAGAIN) read_complaint();
      if (n == 0 && libssh2_channel_eof(channel_.get()) != 0) return 0;
      if (n < 0 && n != LIBSSH2_ERROR_EAGAIN) throw session_->error(ErrorKind::unavailable, "the connection broke");
      session_->wait(cancel);
    }
  }

  Written write(std::string_view bytes, const CancelToken& cancel) override {
    while (!bytes.empty()) {
      const auto n = session_->until_done(
          cancel, [&] { return libssh2_channel_write(channel_.get(), bytes.data(), bytes.size()); });
      if (n == LIBSSH2_ERROR_CHANNEL_EOF_SENT || n == LIBSSH2_ERROR_CHANNEL_CLOSED) return Written::not_listening;
      if (n < 0) throw session_->error(ErrorKind::unavailable, "the connection broke");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return Written::all;
  }

  std::string complaint() const override { return complaint_; }

 private:
  void read_complaint() {
    std::array<char, 1024> buffer{};
    for (;;) {
      const auto n = libssh2_channel_read_stderr(channel_.get(), buffer.data(), buffer.size());
      if (n <= 0) return;
      const auto room = max_complaint_bytes - std::min(complaint_.size(), max_complaint_bytes);
      complaint_.append(buffer.data(), std::min(static_cast<std::size_t>(n), room));
    }
  }

  std::shared_ptr<SshSession> session_;
  SshChannel channel_;
  std::string complaint_;
};

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '!')
      out.append("'\\").append(1, c).append("'");
    else
      out += c;
  }
  return out + "'";
}

std::unique_ptr<ByteStream> SshSource::open(const CancelToken& cancel) {
  const auto command = "git-upload-pack " + shell_quoted(path_);
  if (session_ && session_->usable()) {
    try {
      return std::make_unique<SshStream>(session_, run(*session_, command, cancel));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable) throw;  // else the server has ended the session meanwhile
    }
  }
  session_.reset();
  session_ = std::make_shared<SshSession>(url_, settings_, cancel);
  return std::make_unique<SshStream>(session_, run(*session_, command, cancel));
}

}  // namespace sidekick::git_sync
