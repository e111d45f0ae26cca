#include <algorithm>
#include <array>

#include "mongo/client.hpp"

namespace sidekick::mongo {

namespace {

// The codes that drivers retry, according to the specifications of retryable writes and of server discovery.
constexpr std::array<std::int64_t, 16> transient_codes{6,     7,     89,    91,    134,   189,   262,   9001,
                                                       10058, 10107, 11600, 11602, 13388, 13435, 13436, 290};
constexpr std::array<std::int64_t, 4> denied_codes{11, 13, 18, 33};
constexpr std::int64_t out_of_disk_space = 14031;
constexpr std::int64_t write_concern_failed = 64;
constexpr std::array<std::int64_t, 2> unmet_write_concern_codes{79, 100};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "No suitable servers found: `serverSelectionTimeoutMS` expired: [connection refused calling hello on 'a:1'] …": the
// text in brackets is the cause.
std::string selection_cause(const std::string& message) {
  const auto open = message.find('[');
  const auto close = message.find(']', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return message;
  auto cause = message.substr(open + 1, close - open - 1);
  return cause.empty() ? message : cause;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (text.ends_with('.')) text.pop_back();
  return text;
}

bool speaks_of_tls(std::string_view message) {
  return has(message, "TLS handshake failed") || has(message, "certificate verify failed") ||
         has(message, "ertificate");
}

/// A server that rejects a login was reached.
std::string told_of_login(const std::string& what) {
  constexpr std::string_view connecting = "cannot reach ";
  return what.starts_with(connecting) ? "cannot log in at " + what.substr(connecting.size()) : what;
}

Error tls_refused(const std::string& what, const std::string& cause) {
  return {ErrorKind::denied, what + ": " + cause,
          "check that the CA of --tlsCAFile signed the server's certificate and that its name is the host's"};
}

}  // namespace

ErrorKind kind_of_server_code(std::int64_t code) noexcept {
  if (std::ranges::find(transient_codes, code) != transient_codes.end()) return ErrorKind::unavailable;
  if (std::ranges::find(denied_codes, code) != denied_codes.end()) return ErrorKind::denied;
  if (std::ranges::find(unmet_write_concern_codes, code) != unmet_write_concern_codes.end()) return ErrorKind::config;
  if (code == write_concern_failed) return ErrorKind::unavailable;
  if (code == out_of_disk_space) return ErrorKind::io;
  return ErrorKind::data;
}

Error mongo_error(const bson_error_t& error, const bson_t* reply, const std::string& what) {
  const std::string message = one_line(error.message);
  if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
    return {ErrorKind::denied, told_of_login(what) + ": " + message,
            "check user, password and the database that knows them: --authenticationDatabase, or authSource in a "
            "connection string"};
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION || error.domain == MONGOC_ERROR_STREAM) {
    const auto cause = error.domain == MONGOC_ERROR_SERVER_SELECTION ? selection_cause(message) : message;
    return speaks_of_tls(cause) ? tls_refused(what, cause) : Error(ErrorKind::unavailable, what + ": " + cause);
  }
  // The field holds error numbers of servers and of the library, which have different meanings.
  const bool from_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN;
  const auto kind = from_server ? kind_of_server_code(error.code) : ErrorKind::data;
  if (reply != nullptr && kind == ErrorKind::data && mongoc_error_has_label(reply, "RetryableWriteError"))
    return {ErrorKind::unavailable, what + ": " + message};
  constexpr std::uint32_t missing_right = 13;
  if (kind == ErrorKind::denied && error.code == missing_right)
    return {kind, what + ": " + message,
            "the user lacks a privilege: the MongoDB role 'restore' is enough to restore, 'backup' to dump; an oplog, "
            "--preserveUUID and --on-duplicate=replace need more, see --help"};
  if (kind == ErrorKind::denied) return {kind, what + ": " + message, "check the user's password and roles"};
  if (kind == ErrorKind::io) return {kind, what + ": " + message, "the disk of the server is full: free space there"};
  return {kind, what + ": " + message};
}

}  // namespace sidekick::mongo
