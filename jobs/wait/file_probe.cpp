#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

struct FileRules {
  enum class Content { any, nonempty } content = Content::any;
  std::string newer_than;  ///< empty: of any age
};

Error bad_rule(const Url& url, const std::string& rule) {
  return {ErrorKind::usage,
          "cannot wait for '" + redact_url(url.without_login()) + "': unknown condition '" + rule + "'",
          "use ?nonempty and ?newer-than=/path, joined by &"};
}

FileRules rules_of(const Url& url) {
  constexpr std::string_view newer_than = "newer-than=";
  FileRules rules;
  for (std::string_view rest = url.query; !rest.empty();) {
    const auto rule = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), rule.size() + 1));
    if (rule == "nonempty" || rule == "non-empty")
      rules.content = FileRules::Content::nonempty;
    else if (rule.starts_with(newer_than) && rule.size() > newer_than.size())
      rules.newer_than = percent_decoded(rule.substr(newer_than.size()));
    else
      throw bad_rule(url, std::string(rule));
  }
  return rules;
}

bool is_newer(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

class FileProbe final : public Probe {
 public:
  FileProbe(std::string path, FileRules rules) : path_(std::move(path)), rules_(std::move(rules)) {}

  std::optional<std::string> look(const CancelToken&) override {
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) return std::generic_category().message(errno);
    std::error_code unreadable;
    if (rules_.content == FileRules::Content::nonempty && std::filesystem::is_empty(path_, unreadable))
      return "it is empty";
    if (unreadable) return unreadable.message();
    if (rules_.newer_than.empty()) return {};
    struct stat other{};
    if (::stat(rules_.newer_than.c_str(), &other) != 0)
      return "'" + rules_.newer_than + "': " + std::generic_category().message(errno);
    if (!is_newer(status.st_mtim, other.st_mtim)) return "it is not newer than '" + rules_.newer_than + "'";
    return {};
  }

 private:
  std::string path_;
  FileRules rules_;
};

}  // namespace

std::unique_ptr<Probe> file_probe(const Url& url) {
  if (!url.host.empty() || url.path.size() < 2)
    throw Error(ErrorKind::usage,
                "cannot wait for '" + redact_url(url.without_login()) + "': it is not an absolute path",
                "write file:///path, with three slashes");
  return std::make_unique<FileProbe>(percent_decoded(url.path), rules_of(url));
}

}  // namespace sidekick::wait
