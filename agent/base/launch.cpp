#include "agent/base/launch.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

// Boost's own library of file paths would have to be linked.
#define BOOST_PROCESS_USE_STD_FS
#include <boost/asio/io_context.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>

#include <cerrno>
#include <csignal>
#include <limits>
#include <span>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick {

namespace {

namespace process = boost::process::v2;
using Launcher = process::posix::default_launcher;
using Path = process::filesystem::path;
using boost::system::error_code;

constexpr std::string_view usual_search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

constexpr int old_kernel_descriptors = 1024;  // looked at where the kernel (before 5.11) cannot do all at once

/// What the child does about itself before it becomes the program. Called by the launcher.
struct OwnGroup {
  error_code on_exec_setup(Launcher&, const Path&, const char* const*) const noexcept {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // of the thread that waits for it: where we are killed it does not stay behind
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    close_on_exec();
    return {};
  }

  /// The launcher means to close them itself, but passes over those below its own.
  static void close_on_exec() noexcept {
    constexpr int first = STDERR_FILENO + 1;
    if (::close_range(first, std::numeric_limits<int>::max(), CLOSE_RANGE_CLOEXEC) == 0) return;
    for (int fd = first; fd < old_kernel_descriptors; fd++) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  /// The launcher would go on to exit(), which flushes our buffers and runs our destructors a second time.
  void on_exec_error(Launcher&, const Path&, const char* const*, const error_code&) const noexcept { ::_exit(127); }
  /// Asked for by Boost 1.81 to see whether there is the other one.
  void on_exec_error(Launcher&, const error_code&, const Path&, const char* const*, const error_code&) const noexcept {}
};

std::string search_of(const std::vector<std::string>& environment) {
  for (const auto& variable : environment)
    if (variable.starts_with("PATH=")) return variable.substr(5);
  return std::string(usual_search);
}

bool is_file(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(text.c_str());
  all.push_back(nullptr);
  return all;
}

Error not_started(const ChildRequest& request, int number) {
  auto what = "cannot run '" + request.argv.front() + "'";
  if (!request.folder.empty()) what += " in '" + request.folder + "'";
  if (number == ENOEXEC)
    return {ErrorKind::denied, what + ": not a program", "a script needs a first line such as #!/bin/sh", Retry::never};
  return error_from_errno(what, number);
}

}  // namespace

std::string find_program(const std::string& program, const std::string& search) {
  if (program.find('/') != std::string::npos) return program;
  std::string refused;
  for (std::size_t begin = 0; begin <= search.size();) {
    const auto end = std::min(search.find(':', begin), search.size());
    const auto folder = search.substr(begin, end - begin);
    const auto path = (folder.empty() ? "." : folder) + "/" + program;
    if (is_file(path)) {
      if (::access(path.c_str(), X_OK) == 0) return path;
      refused = path;
    }
    begin = end + 1;
  }
  if (!refused.empty())
    throw Error(ErrorKind::denied, "cannot run '" + refused + "': not executable", "", Retry::never);
  throw Error(ErrorKind::no_input, "cannot run '" + program + "': no such program in PATH",
              "give its path, and see that the image has it");
}

pid_t launch(const ChildRequest& request, int output, int error) {
  if (request.argv.empty()) throw Error(ErrorKind::usage, "cannot run a command without words");
  const auto program = find_program(request.argv.front(), search_of(request.environment));
  const auto arguments = std::span(request.argv).subspan(1);
  boost::asio::io_context context;
  error_code failure;
  const auto environment = pointers(request.environment);
  Launcher launcher;
  launcher.env = environment.data();
  auto child = launcher(context.get_executor(), failure, program, arguments, OwnGroup{},
                        process::process_stdio{nullptr, output, error},
                        process::process_start_dir(request.folder.empty() ? "." : request.folder));
  if (failure) throw not_started(request, failure.value());
  return child.detach().id();
}

}  // namespace sidekick
