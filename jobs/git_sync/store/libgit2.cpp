#include "git_sync/store/libgit2.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

namespace sidekick::git_sync {

namespace {

constexpr std::size_t max_open_packs = 32;
constexpr std::size_t window_bytes = std::size_t{8} << 20U;

int initialise() {
  git_libgit2_init();
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  // Each push brings a pack, and libgit2 would keep all of them open.
  git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, max_open_packs);
  // And all of each in memory.
  git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window_bytes);
  git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, 4 * window_bytes);
  for (const int level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  return 1;
}

std::string last_message() {
  const auto* error = git_error_last();
  std::string text = error && error->message ? error->message : "no reason given";
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

ErrorKind kind_of_code(int code, ErrorKind otherwise) {
  const auto* error = git_error_last();
  if (code == GIT_ENOTFOUND || code == GIT_EMISMATCH || code == GIT_EAMBIGUOUS) return ErrorKind::data;
  if (error && error->klass == GIT_ERROR_NOMEMORY) return ErrorKind::io;
  if (error && error->klass == GIT_ERROR_OS) {
    if (errno == EACCES || errno == EPERM) return ErrorKind::denied;
    if (errno == EROFS) return ErrorKind::cannot_create;
    return ErrorKind::io;
  }
  return otherwise;
}

}  // namespace

void use_libgit2() {
  static const int ready = initialise();
  static_cast<void>(ready);
}

Error git_error(const std::string& what, int code, ErrorKind otherwise) {
  const auto kind = kind_of_code(code, otherwise);
  const auto cause = last_message();
  // Not every call of libgit2 sets errno.
  const auto is = [&](int number) { return cause.ends_with(std::generic_category().message(number)); };
  return {kind, what + ": " + cause, is(ENOSPC) || is(EDQUOT) ? "free space on the disk" : ""};
}

RepositoryHandle open_repository(const std::string& git_dir) {
  use_libgit2();
  git_repository* repository = nullptr;
  const int code = git_repository_open_ext(&repository, git_dir.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (code != 0) throw git_error("cannot open repository '" + git_dir + "'", code, ErrorKind::data);
  return RepositoryHandle(repository);
}

OdbHandle odb_of(git_repository* repository) {
  git_odb* odb = nullptr;
  const int code = git_repository_odb(&odb, repository);
  if (code != 0) throw git_error("cannot open the objects of a repository", code, ErrorKind::data);
  return OdbHandle(odb);
}

OdbObject read_object(git_odb* odb, const ObjectId& id, git_object_t type, const std::string& what) {
  git_odb_object* raw = nullptr;
  const int code = git_odb_read(&raw, odb, &id.value);
  if (code == GIT_ENOTFOUND) throw Error(ErrorKind::data, what + " '" + id.hex() + "' is missing");
  if (code != 0) throw git_error(what + " '" + id.hex() + "' is damaged", code, ErrorKind::data);
  OdbObject object(raw);
  if (git_odb_object_type(raw) != type)
    throw Error(ErrorKind::data, "object '" + id.hex() + "' is no " + git_object_type2string(type));
  return object;
}

}  // namespace sidekick::git_sync
