#include "storage/s3/failure.hpp"

#include <algorithm>
#include <array>

#include "sidekick/url.hpp"
#include "storage/s3/xml.hpp"

namespace sidekick::storage::s3 {

namespace {

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  bool again;
  std::string_view hint;
};

constexpr std::string_view keys_hint = "check the access key and the secret key";
constexpr std::string_view rights_hint = "the key needs permission to list, read, write and delete there";
constexpr std::string_view bucket_hint = "create the bucket; sidekick does not create it";
constexpr std::string_view clock_hint = "correct the clock of this machine: it differs from the server's by minutes";

constexpr std::string_view bucket_name_hint =
    "the name of a bucket has 3 to 63 characters, each a lower-case letter, a digit, '-' or '.'";
constexpr std::string_view virtual_hint = "give --s3-addressing=virtual";

constexpr std::array<Meaning, 29> meanings{{
    {"NoSuchBucket", ErrorKind::no_input, false, bucket_hint},
    {"NoSuchKey", ErrorKind::no_input, false, ""},
    {"NotFound", ErrorKind::no_input, false, "check the endpoint and the bucket"},
    {"SignatureDoesNotMatch", ErrorKind::denied, false, keys_hint},
    {"InvalidAccessKeyId", ErrorKind::denied, false, keys_hint},
    // The code of versitygw for an unknown key.
    {"XAdminUserNotFound", ErrorKind::denied, false, keys_hint},
    {"ExpiredToken", ErrorKind::denied, false, "the session token has expired"},
    {"InvalidToken", ErrorKind::denied, false, "check the session token"},
    {"AccessDenied", ErrorKind::denied, false, rights_hint},
    {"Forbidden", ErrorKind::denied, false, rights_hint},
    {"RequestTimeTooSkewed", ErrorKind::config, false, clock_hint},
    {"InvalidBucketName", ErrorKind::config, false, bucket_name_hint},
    {"MethodNotAllowed", ErrorKind::config, false, "check the endpoint and the bucket"},
    // Codes of Alibaba, Tencent, Volcengine and Huawei.
    {"SecondLevelDomainForbidden", ErrorKind::config, false, virtual_hint},
    {"PathStyleDomainForbidden", ErrorKind::config, false, virtual_hint},
    {"InvalidPathAccess", ErrorKind::config, false, virtual_hint},
    {"VirtualHostDomainRequired", ErrorKind::config, false, virtual_hint},
    {"EntityTooLarge", ErrorKind::data, false, ""},
    {"SlowDown", ErrorKind::unavailable, true, ""},
    {"TooManyRequests", ErrorKind::unavailable, true, ""},
    {"RequestTimeout", ErrorKind::unavailable, true, ""},
    {"ConditionalRequestConflict", ErrorKind::unavailable, true, ""},
    {"OperationAborted", ErrorKind::unavailable, true, ""},
    // The payload was damaged or truncated on its way: ours is intact, so it is sent again.
    {"BadDigest", ErrorKind::unavailable, true, ""},
    {"XAmzContentSHA256Mismatch", ErrorKind::unavailable, true, ""},
    {"IncompleteBody", ErrorKind::unavailable, true, ""},
    {"InsufficientStorage", ErrorKind::io, false, "free space on the server"},
    {"QuotaExceeded", ErrorKind::io, false, "free space on the server"},
    {"NotImplemented", ErrorKind::config, false, "this server does not support a required part of S3"},
}};

/// The code for an answer without a body, or with a body that is not from S3.
std::string code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 405:
      return "MethodNotAllowed";
    case 408:
      return "RequestTimeout";
    case 412:
      return "PreconditionFailed";
    case 416:
      return "InvalidRange";
    case 429:
      return "TooManyRequests";
    case 501:
      return "NotImplemented";
    case 507:
      return "InsufficientStorage";
    default:
      return "";
  }
}

/// One short line.
std::string one_line(std::string text) {
  constexpr std::size_t max_bytes = 200;
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  if (text.size() > max_bytes) text = text.substr(0, max_bytes) + "...";
  while (text.ends_with('.') && !text.ends_with("...")) text.pop_back();
  return text;
}

/// The region to which the server redirects.
std::string region_in(const HttpResponse& response, const Element* error) {
  if (const auto header = response.header("x-amz-bucket-region")) return std::string(*header);
  return error == nullptr ? "" : error->text_of("Region");
}

/// The hint for an answer that redirects.
std::string redirect_hint(const HttpResponse& response, const std::string& region) {
  if (!region.empty()) return "its region is '" + region + "'";
  const auto location = response.header("location");
  if (location && (location->starts_with("http://") || location->starts_with("https://"))) try {
      return "it redirects to '" + parse_url(*location).origin() + "': check --s3-endpoint";
    } catch (const Error&) {
      return "check the endpoint: it redirects to an invalid URL";
    }
  return "check the region and the endpoint";
}

Meaning meaning_of(const std::string& code, int status) {
  if (const auto* found = std::ranges::find(meanings, code, &Meaning::code); found != meanings.end()) return *found;
  if (status / 100 == 5 || code == "InternalError" || code == "ServiceUnavailable")
    return {code, ErrorKind::unavailable, true, ""};
  if (status == 401 || status == 403) return {code, ErrorKind::denied, false, rights_hint};
  return {code, ErrorKind::io, false, ""};
}

}  // namespace

std::optional<Failure> failure_of(const HttpResponse& response, const std::string& what) {
  // While it assembles an object, a server may send blanks to keep the connection open.
  std::string_view body = response.body;
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  const auto document = body.starts_with('<') ? parse_xml(body) : std::optional<Element>();
  const auto* error = document && document->name == "Error" ? &*document : nullptr;
  if (response.status / 100 == 2 && error == nullptr) return {};
  const auto status = "status " + std::to_string(response.status);
  auto code = error == nullptr ? code_of_status(response.status) : error->text_of("Code");
  const auto told = error == nullptr ? "" : one_line(error->text_of("Message"));
  const auto cause = error == nullptr ? status : one_line(code) + (told.empty() ? "" : ": " + told);
  const auto region = region_in(response, error);
  const bool elsewhere = response.status / 100 == 3 || code == "AuthorizationHeaderMalformed" ||
                         code == "PermanentRedirect" || code == "IllegalLocationConstraintException";
  if (elsewhere || (response.status == 400 && !region.empty()))
    return Failure{code, {ErrorKind::config, what + ": " + cause, redirect_hint(response, region)}, false};
  const auto meaning = meaning_of(code, response.status);
  const auto retry = meaning.kind == ErrorKind::io ? Retry::never : Retry::as_kind;
  return Failure{code, {meaning.kind, what + ": " + cause, std::string(meaning.hint), retry}, meaning.again};
}

}  // namespace sidekick::storage::s3
