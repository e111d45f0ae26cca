#include "storage/sftp/sftp_storage.hpp"

#include <algorithm>
#include <array>

#include "storage/object_name.hpp"
#include "storage/old_checks.hpp"
#include "storage/sftp/download.hpp"
#include "storage/sftp/upload.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage {

namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::optional<Object> object_of(std::string name, const LIBSSH2_SFTP_ATTRIBUTES& found) {
  if ((found.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) != 0 && LIBSSH2_SFTP_S_ISDIR(found.permissions))
    return std::nullopt;
  return Object{std::move(name), (found.flags & LIBSSH2_SFTP_ATTR_SIZE) != 0 ? found.filesize : 0,
                std::chrono::system_clock::time_point(std::chrono::seconds(found.mtime))};
}

}  // namespace

SftpPlace sftp_place(const Url& url, SshSettings ssh) {
  const auto where = redact_url(url.without_login());
  const auto malformed = [&](const char* cause) {
    return Error(ErrorKind::config, "cannot use the storage '" + where + "': " + cause,
                 "write sftp://user@host/folder, or sftp://user@host/~/folder for one below the home of the user");
  };
  if (url.user.empty()) throw malformed("no user is given");
  if (!url.query.empty()) throw malformed("it has a query");
  auto folder = percent_decoded(url.path);
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (folder.empty() || folder == "/") throw malformed("no folder is given");
  if (folder.find('\0') != std::string::npos) throw malformed("its folder is not a valid path");
  if (folder == "/~") folder = ".";
  if (folder.starts_with("/~/")) folder.erase(0, 3);
  return {url, std::move(ssh), std::move(folder), where};
}

SftpStorage::SftpStorage(SftpPlace place) : pool_(std::move(place)) {}

Exclusion SftpStorage::check(const CancelToken& cancel) {
  remove_old_checks(*this, cancel);
  return pool_.with_session(cancel, [&](SessionPool::Borrowed session) {
    const auto from = session->place().path_of(new_part_name(check_name));
    const auto to = session->place().path_of(new_part_name(check_name));
    struct Dropped {
      SftpSession& session;
      const std::string& path;
      ~Dropped() { session.drop(path); }
    };
    const Dropped drop_from{*session, from};
    const Dropped drop_to{*session, to};
    for (const auto& path : {from, to}) {
      const auto file = session->open(path, LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL, cancel);
      if (!file) throw session->failure("create", "check", session->last_status(), cancel);
    }
    if (!session->open(from, LIBSSH2_FXF_READ, cancel))
      throw session->failure("read", "check", session->last_status(), cancel);
    return session->rename(from, to, cancel) == LIBSSH2_FX_OK ? Exclusion::advisory : Exclusion::strict;
  });
}

std::unique_ptr<Sink> SftpStorage::create(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  return std::make_unique<Upload>(pool_, name, cancel);
}

bool SftpStorage::put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_small(bytes.size(), name, where());
  require_object_name(name);
  Upload upload(pool_, name, cancel);
  upload.write(as_bytes(bytes));
  return upload.finish_if_absent();
}

void SftpStorage::replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_small(bytes.size(), name, where());
  require_object_name(name);
  Upload upload(pool_, name, cancel);
  upload.write(as_bytes(bytes));
  upload.finish_anyway();
}

std::optional<std::string> SftpStorage::get(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  return pool_.with_session(cancel, [&](SessionPool::Borrowed session) -> std::optional<std::string> {
    const auto file = session->open(session->place().path_of(name), LIBSSH2_FXF_READ, cancel);
    if (!file) {
      const auto error = session->failure("read", name, session->last_status(), cancel);
      if (error.kind() == ErrorKind::no_input && error.hint().empty()) return std::nullopt;
      throw error;
    }
    std::string out;
    std::array<char, 65536> piece;
    for (;;) {
      const auto n =
          session->bytes_of(cancel, [&] { return libssh2_sftp_read(file.get(), piece.data(), piece.size()); });
      if (!n) throw session->failure("read", name, session->last_status(), cancel);
      if (*n == 0) return out;
      out.append(piece.data(), *n);
      require_small(out.size(), name, where());
    }
  });
}

std::unique_ptr<Source> SftpStorage::open(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  return std::make_unique<Download>(pool_, name, cancel);
}

std::vector<Object> SftpStorage::files(std::string_view prefix, const CancelToken& cancel) {
  return pool_.with_session(cancel, [&](SessionPool::Borrowed session) {
    const auto& folder = session->place().folder;
    const auto opened = session->open_folder(folder, cancel);
    if (!opened) throw session->failure("list", folder, session->last_status(), cancel);
    std::vector<Object> out;
    std::array<char, 1024> name;
    LIBSSH2_SFTP_ATTRIBUTES found{};
    for (;;) {
      const auto n = session->bytes_of(
          cancel, [&] { return libssh2_sftp_readdir_ex(opened.get(), name.data(), name.size(), nullptr, 0, &found); });
      if (!n) throw session->failure("list", folder, session->last_status(), cancel);
      if (*n == 0) break;
      const std::string_view file(name.data(), *n);
      if (!file.starts_with(prefix)) continue;
      if (auto object = object_of(std::string(file), found)) out.push_back(std::move(*object));
    }
    std::ranges::sort(out, {}, &Object::name);
    return out;
  });
}

std::vector<Object> SftpStorage::list(std::string_view prefix, const CancelToken& cancel) {
  auto out = files(prefix, cancel);
  std::erase_if(out, [](const Object& object) { return !is_object_name(object.name); });
  return out;
}

void SftpStorage::remove_files(const std::vector<std::string>& files, const CancelToken& cancel) {
  pool_.with_session(cancel, [&](SessionPool::Borrowed session) {
    for (const auto& file : files) {
      cancel.throw_if_cancelled();
      const auto said = session->remove(session->place().path_of(file), cancel);
      if (said != LIBSSH2_FX_OK && said != LIBSSH2_FX_NO_SUCH_FILE)
        throw session->failure("remove", file, said, cancel);
    }
    session->sync_folder(cancel);
  });
}

void SftpStorage::remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
  for (const auto& name : names) require_object_name(name);
  remove_files(names, cancel);
}

void SftpStorage::remove(const std::string& name, const CancelToken& cancel) {
  remove_all({name}, cancel);
}

std::vector<Leftover> SftpStorage::leftovers(std::string_view prefix, const CancelToken& cancel) {
  std::vector<Leftover> out;
  for (auto& file : files(".part-", cancel)) {
    auto object = object_of_part(file.name);
    if (object && object->starts_with(prefix)) out.push_back({std::move(*object), std::move(file.name), file.modified});
  }
  return out;
}

void SftpStorage::discard(const Leftover& leftover, const CancelToken& cancel) {
  if (object_of_part(leftover.id)) remove_files({leftover.id}, cancel);
}

}  // namespace sidekick::storage
