/// How a part gets its name on a server.
#pragma once

#include <string>

#include "storage/sftp/sftp_session.hpp"

namespace sidekick::storage {

/// Gives the part its name; false where that is taken. Holds against other writers where the server's rename refuses to
/// overwrite, as OpenSSH's does. Throws as SftpSession, and what the server says.
bool name_if_absent(SftpSession& session, const std::string& part, const std::string& object,
                    const CancelToken& cancel);

/// The same whatever is there: a reader sees the one or the other, but for a server without posix-rename, where for a
/// moment there is neither.
void name_anyway(SftpSession& session, const std::string& part, const std::string& object, const CancelToken& cancel);

}  // namespace sidekick::storage
