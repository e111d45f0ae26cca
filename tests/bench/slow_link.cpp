#include "tests/bench/slow_link.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <stdexcept>
#include <string>

#include "sidekick/dial.hpp"

namespace sidekick::test {

namespace {

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd writable{fd, POLLOUT, 0};
    ::poll(&writable, 1, -1);
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

SlowLink::SlowLink(std::uint16_t to, LinkSettings settings)
    : to_(to), settings_(settings), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::getsockname(listener_.get(), generic, &size) != 0 ||
      ::listen(listener_.get(), 16) != 0)
    throw std::runtime_error("cannot listen for the slow link");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

SlowLink::~SlowLink() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  for (const auto& [near, far] : connections_) {
    ::shutdown(near.get(), SHUT_RDWR);
    ::shutdown(far.get(), SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
}

void SlowLink::accept_all() {
  for (;;) {
    Fd near(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!near) return;
    auto far = dial("127.0.0.1", to_, std::chrono::seconds(5), CancelToken());
    if (!far.fd) continue;
    const int a = near.get();
    const int b = far.fd.get();
    connections_.emplace_back(std::move(near), std::move(far.fd));
    threads_.emplace_back([this, a, b] { carry(a, b, Direction::there); });
    threads_.emplace_back([this, a, b] { carry(b, a, Direction::back); });
  }
}

SlowLink::Clock::time_point SlowLink::arrival_of(std::size_t bytes, Direction direction) {
  const std::chrono::duration<double> sending(static_cast<double>(bytes) * 8 / settings_.bits_per_second);
  const std::lock_guard lock(mutex_);
  auto& free = free_[direction == Direction::there ? 0 : 1];
  free = std::max(free, Clock::now()) + std::chrono::duration_cast<Clock::duration>(sending);
  return free + settings_.one_way;
}

void SlowLink::carry(int from, int to, Direction direction) {
  struct Packet {
    Clock::time_point arrives;
    std::string bytes;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Packet> under_way;
  std::size_t queued = 0;
  bool ended = false;
  std::thread far_end([&] {
    for (;;) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ended || !under_way.empty(); });
      if (under_way.empty()) break;
      auto packet = std::move(under_way.front());
      under_way.pop_front();
      lock.unlock();
      std::this_thread::sleep_until(packet.arrives);
      send_all(to, packet.bytes);
      lock.lock();
      queued -= packet.bytes.size();
      changed.notify_all();
    }
    ::shutdown(to, SHUT_WR);
  });
  std::array<char, 16'384> piece;
  for (;;) {
    pollfd readable{from, POLLIN, 0};
    ::poll(&readable, 1, -1);
    const auto n = ::recv(from, piece.data(), piece.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    std::unique_lock lock(mutex);
    if (n <= 0) break;
    const auto size = static_cast<std::size_t>(n);
    changed.wait(lock, [&] { return queued < settings_.queue_bytes; });
    queued += size;
    under_way.push_back({arrival_of(size, direction), {piece.data(), size}});
    changed.notify_all();
  }
  {
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }
  far_end.join();
}

}  // namespace sidekick::test
