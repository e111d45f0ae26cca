/// posix-rename@openssh.com, for which libssh2 has no call before 1.11 (OpenSSH's file PROTOCOL, section 4.3).
#pragma once

#include <string>

#include "storage/sftp/sftp_session.hpp"

namespace sidekick::storage {

/// Renames `from` to `to`, in the place of what is there, at once. LIBSSH2_FX_OP_UNSUPPORTED where the server does not
/// offer it. Speaks SFTP on a channel of its own. Throws as SftpSession.
SftpStatus posix_rename(SftpSession& session, const std::string& from, const std::string& to,
                        const CancelToken& cancel);

}  // namespace sidekick::storage
