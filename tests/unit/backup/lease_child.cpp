#include "tests/unit/backup/lease_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "backup/storage_lease.hpp"
#include "sidekick/error.hpp"
#include "storage/posix/posix_storage.hpp"

namespace sidekick::test {

namespace {

class Silent final : public Log {
 public:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
};

struct Pipe {
  Fd out, in;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

int live(int words, int answers, const std::string& folder, std::chrono::seconds ends_after) {
  storage::PosixStorage storage(folder);
  SystemClock clock;
  Silent log;
  std::unique_ptr<backup::Lease> lease;
  for (char word = 0; ::read(words, &word, 1) == 1;) {
    char answer = '?';
    if (word == 'q') return 0;
    if (word == 'a') {
      lease = backup::acquire_lease(storage, {"shop", "child", ends_after}, clock, clock.now(), CancelToken(), log);
      answer = lease ? 'y' : 'n';
    }
    if (word == 'e') {
      try {
        lease->ensure();
        answer = 'h';
      } catch (const Error& error) {
        answer = error.kind() == ErrorKind::temporary ? 'l' : '?';
      }
    }
    if (::write(answers, &answer, 1) != 1) return 1;
  }
  return 1;
}

}  // namespace

LeaseChild::LeaseChild(const std::string& folder, std::chrono::seconds ends_after) {
  auto words = make_pipe(), answers = make_pipe();
  pid_ = ::fork();
  if (pid_ == 0) {
    words.in.reset();
    ::_exit(live(words.out.get(), answers.in.get(), folder, ends_after));
  }
  to_ = std::move(words.in);
  from_ = std::move(answers.out);
}

LeaseChild::~LeaseChild() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

void LeaseChild::tell(char word) const {
  if (::write(to_.get(), &word, 1) != 1) throw std::runtime_error("the child is gone");
}

char LeaseChild::answer() const {
  pollfd event{from_.get(), POLLIN, 0};
  char word = '?';
  if (::poll(&event, 1, 20'000) != 1 || ::read(from_.get(), &word, 1) != 1) return '?';
  return word;
}

void LeaseChild::signal(int number) const {
  ::kill(pid_, number);
}

int LeaseChild::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace sidekick::test
