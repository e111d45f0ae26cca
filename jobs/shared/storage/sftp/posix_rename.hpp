/// posix-rename@openssh.com, which libssh2 supports only from 1.11 on (OpenSSH's file PROTOCOL, section 4.3).
#pragma once

#include <string>

#include "storage/sftp/sftp_session.hpp"

namespace sidekick::storage {

/// Atomically renames `from` to `to`, replacing an existing file. LIBSSH2_FX_OP_UNSUPPORTED where the server does not
/// offer it. Speaks SFTP on its own channel. Throws as SftpSession.
SftpStatus posix_rename(SftpSession& session, const std::string& from, const std::string& to,
                        const CancelToken& cancel);

}  // namespace sidekick::storage
