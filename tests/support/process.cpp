#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace sidekick::test {

namespace {

using Clock = std::chrono::steady_clock;

Fd memory_file(const char* name) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
  return file;
}

std::string content(int fd) {
  struct stat info{};
  ::fstat(fd, &info);
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  const auto replaced = [&command](std::string_view name) {
    return std::ranges::any_of(command.environment, [name](const auto& variable) { return variable.first == name; });
  };
  for (char** entry = environ; *entry; entry++) {
    const std::string_view text(*entry);
    if (!text.starts_with("SIDEKICK_") && !replaced(text.substr(0, text.find('=')))) all.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (auto& string : strings) all.push_back(string.data());
  all.push_back(nullptr);
  return all;
}

std::chrono::duration<double> seconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

std::string Finished::describe() const {
  std::string text = timed_out     ? "killed at the deadline"
                     : signal != 0 ? "ended by signal " + std::to_string(signal)
                                   : "exit code " + std::to_string(exit_code);
  return text + " after " + std::to_string(wall.count()) + " s\n--- stdout\n" + out + "--- stderr\n" + err;
}

Child::Child(const Command& command)
    : out_(memory_file("stdout")),
      err_(memory_file("stderr")),
      input_(::open(command.input.c_str(), O_RDONLY | O_CLOEXEC)),
      started_(Clock::now()) {
  if (!input_) throw std::system_error(errno, std::generic_category(), "cannot open '" + command.input.string() + "'");
  auto words = command.words;
  auto environment = environment_of(command);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  ::posix_spawn_file_actions_adddup2(&actions, input_.get(), 0);
  ::posix_spawn_file_actions_adddup2(&actions, out_.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err_.get(), 2);
  const int failure = ::posix_spawnp(&pid_, words.at(0).c_str(), &actions, nullptr, pointers(words).data(),
                                     pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::system_error(failure, std::generic_category(), "cannot start '" + words[0] + "'");
}

Child::~Child() {
  if (reaped_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::signal(int number) const {
  if (!reaped_) ::kill(pid_, number);
}

std::string Child::out() const {
  return content(out_.get());
}
std::string Child::err() const {
  return content(err_.get());
}

bool Child::running() {
  if (reaped_) return false;
  int status = 0;
  struct rusage usage{};
  if (::wait4(pid_, &status, WNOHANG, &usage) == pid_) reap(status, usage);
  return !reaped_;
}

Finished Child::wait(Clock::duration deadline) {
  const auto end = Clock::now() + deadline;
  const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  while (running()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) {
      finished_.timed_out = true;
      ::kill(pid_, SIGKILL);
    }
    struct pollfd watched{handle.get(), POLLIN, 0};
    ::poll(&watched, 1, left <= 0 ? -1 : static_cast<int>(left));
  }
  finished_.out = out();
  finished_.err = err();
  return finished_;
}

void Child::reap(int status, const struct rusage& usage) {
  reaped_ = true;
  finished_.wall = Clock::now() - started_;
  finished_.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  finished_.peak_kib = usage.ru_maxrss;
  if (WIFEXITED(status)) finished_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished_.signal = WTERMSIG(status);
}

Finished run(const Command& command, Clock::duration deadline) {
  Child child(command);
  return child.wait(deadline);
}

}  // namespace sidekick::test
