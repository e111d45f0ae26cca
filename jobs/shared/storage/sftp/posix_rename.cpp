#include "storage/sftp/posix_rename.hpp"

#include <array>
#include <string_view>

namespace sidekick::storage {

namespace {

constexpr std::string_view extension = "posix-rename@openssh.com";
constexpr char init = 1;
constexpr char version = 2;
constexpr char status = 101;
constexpr char extended = static_cast<char>(200);

std::string number(std::size_t value) {
  std::string out;
  for (unsigned shift = 32; shift > 0;) out += static_cast<char>(value >> (shift -= 8));
  return out;
}

std::size_t number_at(std::string_view bytes, std::size_t at) {
  std::size_t out = 0;
  for (std::size_t i = at; i < at + 4; i++)
    out = (out << 8) | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  return out;
}

std::string text(std::string_view value) {
  return number(value.size()).append(value);
}

/// Packets over a channel on which the server speaks SFTP.
class Packets final {
 public:
  Packets(SshSession& session, const CancelToken& cancel) : session_(session), cancel_(cancel) {
    constexpr std::string_view type = "session";
    constexpr std::string_view request = "subsystem";
    constexpr std::string_view name = "sftp";
    auto* opened = session_.until_done(cancel_, [&] {
      return libssh2_channel_open_ex(session_.handle(), type.data(), type.size(), LIBSSH2_CHANNEL_WINDOW_DEFAULT,
                                     LIBSSH2_CHANNEL_PACKET_DEFAULT, nullptr, 0);
    });
    channel_ = {opened, CloseSshChannel{&session_}};
    if (!channel_) throw broken();
    const int code = session_.until_done(cancel_, [&] {
      return libssh2_channel_process_startup(channel_.get(), request.data(), request.size(), name.data(), name.size());
    });
    if (code != 0) throw broken();
  }

  void send(const std::string& payload) {
    const auto packet = text(payload);
    for (std::string_view left = packet; !left.empty();) {
      const auto n =
          session_.until_done(cancel_, [&] { return libssh2_channel_write(channel_.get(), left.data(), left.size()); });
      if (n < 0) throw broken();
      left.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  std::string receive() {
    constexpr std::size_t max_bytes = 262'144;
    const auto bytes = number_at(read(4), 0);
    if (bytes == 0 || bytes > max_bytes) throw Error(ErrorKind::data, "the server does not speak SFTP");
    return read(bytes);
  }

 private:
  std::string read(std::size_t bytes) {
    std::string out(bytes, '\0');
    for (std::size_t done = 0; done < bytes;) {
      const auto n = session_.until_done(
          cancel_, [&] { return libssh2_channel_read(channel_.get(), out.data() + done, bytes - done); });
      if (n < 0 || (n == 0 && libssh2_channel_eof(channel_.get()) != 0)) throw broken();
      if (n == 0) session_.wait(cancel_);
      done += static_cast<std::size_t>(n);
    }
    return out;
  }

  Error broken() const { return session_.error(ErrorKind::unavailable, "the connection broke"); }

  SshSession& session_;
  CancelToken cancel_;
  SshChannel channel_;
};

/// Whether the server's first packet lists the extension.
bool is_offered(std::string_view greeting) {
  for (std::size_t at = 5; at + 4 <= greeting.size();) {
    const auto bytes = number_at(greeting, at);
    if (bytes > greeting.size() - at - 4) return false;
    if (greeting.substr(at + 4, bytes) == extension) return true;
    at += 4 + bytes;
    at += 4 + number_at(greeting, at);
  }
  return false;
}

}  // namespace

SftpStatus posix_rename(SftpSession& session, const std::string& from, const std::string& to,
                        const CancelToken& cancel) {
  constexpr std::size_t protocol = 3;
  constexpr std::size_t id = 1;
  Packets packets(session.ssh(), cancel);
  packets.send(init + number(protocol));
  const auto greeting = packets.receive();
  if (greeting.front() != version || !is_offered(greeting)) return LIBSSH2_FX_OP_UNSUPPORTED;
  packets.send(extended + number(id) + text(extension) + text(from) + text(to));
  const auto answer = packets.receive();
  if (answer.front() != status || number_at(answer, 1) != id)
    throw Error(ErrorKind::data, "the server of '" + session.place().where + "' sends an invalid answer");
  return number_at(answer, 5);
}

}  // namespace sidekick::storage
