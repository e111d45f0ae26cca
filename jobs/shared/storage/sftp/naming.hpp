/// Renames a part on a server.
#pragma once

#include <string>

#include "storage/sftp/sftp_session.hpp"

namespace sidekick::storage {

/// Renames the part; false where the name is taken. Excludes other writers where the server's rename refuses to
/// overwrite, as OpenSSH's does. Throws as SftpSession, and the errors of the server.
bool name_if_absent(SftpSession& session, const std::string& part, const std::string& object,
                    const CancelToken& cancel);

/// The same, replacing an existing file: a reader sees the old or the new one. On a server without posix-rename, there
/// is neither for a moment.
void name_anyway(SftpSession& session, const std::string& part, const std::string& object, const CancelToken& cancel);

}  // namespace sidekick::storage
