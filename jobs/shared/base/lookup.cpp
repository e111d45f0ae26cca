#include "sidekick/lookup.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "sidekick/dial.hpp"
#include "sidekick/fd.hpp"

namespace sidekick {

namespace {

// What the caller and the thread share; whoever lets go last frees it.
struct Request {
  std::string host;
  std::string port;
  int family;
  Fd done{};
  Addresses answer{};
};

// Resolves with these flags, and tells whether it found something.
bool resolve(Request& request, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_family = request.family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(request.host.c_str(), request.port.c_str(), &hints, &found);
  if (status == 0)
    request.answer = {{found, ::freeaddrinfo}, {}};
  else
    request.answer = {{}, std::string("no such name: ") + ::gai_strerror(status)};
  return status == 0;
}

bool start_thread(const std::shared_ptr<Request>& request) {
  request->done = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!request->done) return false;
  try {
    std::thread([request] {
      resolve(*request, 0);
      ::eventfd_write(request->done.get(), 1);
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

}  // namespace

Addresses look_up(const std::string& host, std::uint16_t port, int family,
                  std::optional<std::chrono::steady_clock::time_point> deadline, const CancelToken& cancel) {
  const auto request = std::make_shared<Request>(host, std::to_string(port), family);
  if (resolve(*request, AI_NUMERICHOST)) return request->answer;
  if (!start_thread(request)) {
    resolve(*request, 0);
    return request->answer;
  }
  if (!wait_ready(request->done.get(), POLLIN, deadline, cancel))
    return {{}, errno == ETIMEDOUT ? "the name server does not answer" : std::generic_category().message(errno)};
  eventfd_t value = 0;
  ::eventfd_read(request->done.get(), &value);
  return request->answer;
}

}  // namespace sidekick
