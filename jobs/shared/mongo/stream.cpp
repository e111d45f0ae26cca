#include "mongo/stream.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include "mongo/dial.hpp"

namespace sidekick::mongo {

namespace {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

Deadline deadline_after(std::int32_t milliseconds) {
  if (milliseconds < 0) return std::nullopt;
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

}  // namespace

/// One connection, as libmongoc wants it: a table of functions with the state behind it.
struct CuttableStream {
  mongoc_stream_t table{};
  Connector* owner = nullptr;
  std::string host_and_port;
  Fd fd;
  bool late = false;

  static CuttableStream* of(mongoc_stream_t* stream) { return reinterpret_cast<CuttableStream*>(stream); }

  bool ready(short events, Deadline deadline) {
    late = false;
    if (wait_ready(fd.get(), events, deadline, owner->cancel_)) return true;
    late = errno == ETIMEDOUT;
    return false;
  }

  static void destroy(mongoc_stream_t* stream) {
    close(stream);
    delete of(stream);
  }

  static int close(mongoc_stream_t* stream) {
    auto* self = of(stream);
    if (self->fd) self->owner->remove(self->host_and_port, self->fd.get());
    self->fd.reset();
    return 0;
  }

  static int flush(mongoc_stream_t*) { return 0; }

  static ssize_t writev(mongoc_stream_t* stream, mongoc_iovec_t* iov, std::size_t count, std::int32_t timeout) {
    auto* self = of(stream);
    const auto deadline = deadline_after(timeout);
    std::vector<iovec> left(iov, iov + count);
    ssize_t total = 0;
    for (std::size_t first = 0; first < left.size();) {
      msghdr message{};
      message.msg_iov = &left[first];
      message.msg_iovlen = left.size() - first;
      auto n = ::sendmsg(self->fd.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN || !self->ready(POLLOUT, deadline)) return -1;
        continue;
      }
      total += n;
      while (first < left.size() && n >= static_cast<ssize_t>(left[first].iov_len))
        n -= static_cast<ssize_t>(left[first++].iov_len);
      if (n > 0) {
        left[first].iov_base = static_cast<char*>(left[first].iov_base) + n;
        left[first].iov_len -= static_cast<std::size_t>(n);
      }
    }
    return total;
  }

  static ssize_t readv(mongoc_stream_t* stream, mongoc_iovec_t* iov, std::size_t count, std::size_t at_least,
                       std::int32_t timeout) {
    auto* self = of(stream);
    const auto deadline = deadline_after(timeout);
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; i++) {
      for (std::size_t at = 0; at < iov[i].iov_len;) {
        const auto n =
            ::recv(self->fd.get(), static_cast<char*>(iov[i].iov_base) + at, iov[i].iov_len - at, MSG_DONTWAIT);
        if (n > 0) {
          at += static_cast<std::size_t>(n);
          total += static_cast<std::size_t>(n);
          if (total >= at_least && at_least > 0) return static_cast<ssize_t>(total);
          continue;
        }
        if (n == 0) return total >= at_least ? static_cast<ssize_t>(total) : (errno = ECONNRESET, -1);
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return -1;
        if (total > 0 && total >= at_least) return static_cast<ssize_t>(total);
        if (!self->ready(POLLIN, deadline)) return -1;
      }
    }
    return static_cast<ssize_t>(total);
  }

  static int setsockopt(mongoc_stream_t* stream, int level, int name, void* value, mongoc_socklen_t size) {
    return ::setsockopt(of(stream)->fd.get(), level, name, value, size);
  }

  static bool check_closed(mongoc_stream_t* stream) {
    char byte = 0;
    const auto n = ::recv(of(stream)->fd.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
  }

  static ssize_t poll(mongoc_stream_poll_t* streams, std::size_t count, std::int32_t timeout) {
    std::vector<pollfd> events;
    events.reserve(count);
    for (std::size_t i = 0; i < count; i++)
      events.push_back({of(streams[i].stream)->fd.get(), static_cast<short>(streams[i].events), 0});
    const auto n = ::poll(events.data(), events.size(), timeout);
    for (std::size_t i = 0; i < count; i++) streams[i].revents = events[i].revents;
    return n;
  }

  static bool timed_out(mongoc_stream_t* stream) { return of(stream)->late; }
  static bool should_retry(mongoc_stream_t*) { return false; }
  static mongoc_stream_t* base(mongoc_stream_t*) { return nullptr; }
};

Connector::Connector(CancelToken cancel, std::optional<mongoc_ssl_opt_t> tls) : cancel_(std::move(cancel)), tls_(tls) {}

void Connector::attach(mongoc_client_t* client) {
  mongoc_client_set_stream_initiator(client, &Connector::open, this);
}

void Connector::add(const std::string& host_and_port, int fd) {
  const std::lock_guard lock(mutex_);
  open_[host_and_port].insert(fd);
}

void Connector::remove(const std::string& host_and_port, int fd) {
  const std::lock_guard lock(mutex_);
  open_[host_and_port].erase(fd);
}

void Connector::cut(const std::string& host_and_port) {
  const std::lock_guard lock(mutex_);
  for (const int fd : open_[host_and_port]) ::shutdown(fd, SHUT_RDWR);
}

mongoc_stream_t* Connector::open(const mongoc_uri_t* uri, const mongoc_host_list_t* host, void* self,
                                 bson_error_t* error) {
  // libmongoc identifies its own stream types by small numbers.
  constexpr int foreign_stream = 0x5153;
  auto* connector = static_cast<Connector*>(self);
  const auto timeout =
      mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, MONGOC_DEFAULT_CONNECTTIMEOUTMS);
  auto dialled = dial(*host, std::chrono::milliseconds(timeout), connector->cancel_);
  if (!dialled.fd) {
    bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, "%s", dialled.failure.c_str());
    return nullptr;
  }
  auto* stream = new CuttableStream;
  stream->owner = connector;
  stream->host_and_port = host->host_and_port;
  stream->fd = std::move(dialled.fd);
  stream->table.type = foreign_stream;
  stream->table.destroy = &CuttableStream::destroy;
  stream->table.failed = &CuttableStream::destroy;
  stream->table.close = &CuttableStream::close;
  stream->table.flush = &CuttableStream::flush;
  stream->table.writev = &CuttableStream::writev;
  stream->table.readv = &CuttableStream::readv;
  stream->table.setsockopt = &CuttableStream::setsockopt;
  stream->table.check_closed = &CuttableStream::check_closed;
  stream->table.poll = &CuttableStream::poll;
  stream->table.timed_out = &CuttableStream::timed_out;
  stream->table.should_retry = &CuttableStream::should_retry;
  stream->table.get_base_stream = &CuttableStream::base;
  connector->add(stream->host_and_port, stream->fd.get());

  mongoc_stream_t* outer = &stream->table;
  if (connector->tls_) {
    mongoc_stream_t* tls = mongoc_stream_tls_new_with_hostname(outer, host->host, &*connector->tls_, 1);
    if (tls == nullptr) {
      mongoc_stream_destroy(outer);
      bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET,
                     "cannot set up TLS: check the CA and key files");
      return nullptr;
    }
    if (!mongoc_stream_tls_handshake_block(tls, host->host, timeout, error)) {
      mongoc_stream_destroy(tls);
      return nullptr;
    }
    outer = tls;
  }
  // Without the library's buffered stream: that one reads whole answers and keeps memory for the largest.
  return outer;
}

}  // namespace sidekick::mongo
