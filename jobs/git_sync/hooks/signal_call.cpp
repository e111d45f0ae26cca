#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <vector>

#include "git_sync/hooks/calls.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"
#include "sidekick/signal_name.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& file) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return read_whole(fd.get()).value_or("");
}

std::optional<pid_t> number_in(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  pid_t pid = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), pid);
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (failure != std::errc() || pid <= 0 || rest.find_first_not_of(" \r\n") != std::string_view::npos) return {};
  return pid;
}

struct Process {
  std::string name;
  pid_t parent = 0;
};

/// "PID (NAME) S PARENT …": the name may hold anything.
std::optional<Process> parse_stat(const std::string& stat) {
  const auto begin = stat.find('(');
  const auto end = stat.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin || stat.size() < end + 4) return {};
  const auto parent = stat.substr(end + 4, stat.find(' ', end + 4) - end - 4);
  return Process{stat.substr(begin + 1, end - begin - 1), number_in(parent).value_or(0)};
}

std::map<pid_t, Process> processes() {
  std::map<pid_t, Process> out;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error))
    if (const auto pid = number_in(it->path().filename().string()))
      if (auto process = parse_stat(content_of(it->path() / "stat"))) out.emplace(*pid, std::move(*process));
  return out;
}

/// The processes of that name that no other of that name started: a server, and not its workers.
std::vector<pid_t> named(const std::string& name) {
  constexpr std::size_t max_name_bytes = 15;  // the kernel cuts it there
  const auto wanted = name.substr(0, max_name_bytes);
  const auto all = processes();
  const auto has_name = [&](pid_t pid) {
    const auto found = all.find(pid);
    return found != all.end() && found->second.name == wanted && pid != ::getpid();
  };
  std::vector<pid_t> out;
  for (const auto& [pid, process] : all)
    if (has_name(pid) && !has_name(process.parent)) out.push_back(pid);
  if (out.empty())
    throw Error(ErrorKind::no_input, "no process is named '" + name + "'",
                "check the name in /proc/PID/comm; another container is seen only in a shared process namespace");
  return out;
}

std::vector<pid_t> in_file(const std::string& file) {
  if (::access(file.c_str(), R_OK) != 0) throw error_from_errno("cannot read the pid file '" + file + "'", errno);
  const auto pid = number_in(content_of(file));
  if (!pid) throw Error(ErrorKind::data, "the pid file '" + file + "' does not hold the number of a process");
  return {*pid};
}

}  // namespace

TellHook signal_hook(PostSyncSignal signal, Log& log) {
  return [signal = std::move(signal), &log](const Publication& publication, const CancelToken& cancel) {
    cancel.throw_if_cancelled();
    const bool is_file = signal.target.find('/') != std::string::npos;
    for (const auto pid : is_file ? in_file(signal.target) : named(signal.target)) {
      if (::kill(pid, signal.number) != 0)
        throw error_from_errno("cannot send " + signal_name(signal.number) + " to '" + signal.target + "' (process " +
                                   std::to_string(pid) + ")",
                               errno, "run as its user, or with the capability KILL");
      log.info("sent the post-sync signal", {{"signal", signal_name(signal.number)},
                                             {"target", signal.target},
                                             {"pid", pid},
                                             {"hash", publication.commit.hex()}});
    }
  };
}

}  // namespace sidekick::git_sync
