#include "run/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::run {

namespace {

std::optional<pid_t> number(std::string_view text) {
  pid_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return out;
}

/// The beginning of /proc/PID/stat, which has the fields that we need.
std::string stat_of(int folder, const char* pid) {
  const Fd file(::openat(folder, (std::string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const auto got = file ? ::read(file.get(), text.data(), text.size()) : -1;
  return {text.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
}

/// /proc may be that of another namespace, where the ids mean other processes.
bool is_our_proc() {
  std::array<char, 32> self{};
  const auto size = ::readlink("/proc/self", self.data(), self.size());
  return size > 0 && number({self.data(), static_cast<std::size_t>(size)}) == ::getpid();
}

}  // namespace

std::optional<pid_t> parent_in(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 4 >= stat.size()) return {};
  stat.remove_prefix(name_end + 4);  // ") S "
  return number(stat.substr(0, stat.find(' ')));
}

std::map<pid_t, pid_t> parents() {
  std::map<pid_t, pid_t> out;
  if (!is_our_proc()) return out;
  const Handle<DIR, ::closedir> folder(::opendir("/proc"));
  if (!folder) return out;
  while (const auto* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    const auto pid = number(entry->d_name);
    if (!pid) continue;
    if (const auto parent = parent_in(stat_of(::dirfd(folder.get()), entry->d_name))) out.emplace(*pid, *parent);
  }
  return out;
}

std::vector<pid_t> descendants(const std::map<pid_t, pid_t>& parents, pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (const auto& [child, parent] : parents) children.emplace(parent, child);
  std::vector<pid_t> out;
  std::vector<pid_t> left{root};
  while (!left.empty()) {
    const auto [begin, end] = children.equal_range(left.back());
    left.pop_back();
    for (auto child = begin; child != end; ++child) {
      out.push_back(child->second);
      left.push_back(child->second);
    }
  }
  return out;
}

}  // namespace sidekick::run
