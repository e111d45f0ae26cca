#include "storage/sftp/naming.hpp"

#include "storage/sftp/posix_rename.hpp"

namespace sidekick::storage {

bool name_if_absent(SftpSession& session, const std::string& part, const std::string& object,
                    const CancelToken& cancel) {
  const auto to = session.place().path_of(object);
  // Not for a server whose rename overwrites.
  if (session.look_at(to, cancel)) return false;
  const auto said = session.rename(session.place().path_of(part), to, cancel);
  if (said == LIBSSH2_FX_OK) {
    session.sync_folder(cancel);
    return true;
  }
  if (session.look_at(to, cancel)) return false;
  throw session.failure("name", object, said, cancel);
}

void name_anyway(SftpSession& session, const std::string& part, const std::string& object, const CancelToken& cancel) {
  const auto from = session.place().path_of(part);
  const auto to = session.place().path_of(object);
  auto said = posix_rename(session, from, to, cancel);
  if (said == LIBSSH2_FX_OP_UNSUPPORTED) {
    session.remove(to, cancel);
    said = session.rename(from, to, cancel);
  }
  if (said != LIBSSH2_FX_OK) throw session.failure("replace", object, said, cancel);
  session.sync_folder(cancel);
}

}  // namespace sidekick::storage
