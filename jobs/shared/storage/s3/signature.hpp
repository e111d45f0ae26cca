/// Signature version 4 of AWS for S3: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::storage::s3 {

using Query = std::vector<std::pair<std::string, std::string>>;

struct Credentials {
  std::string access_key;
  Secret secret_key;
  Secret session_token;  ///< empty: none
};

/// Percent-encodes everything but letters, digits and "-._~"; keeps a '/' where `path` says so.
enum class Encoding { path, query };
std::string encoded(std::string_view text, Encoding encoding);

/// "a=1&b=" in the order that is signed, encoded.
std::string query_text(Query query);

/// 64 lower-case hexadecimal digits of the SHA-256.
std::string sha256_hex(std::string_view bytes);

/// The signed parts of a request.
struct Signed {
  std::string method;
  std::string path;   ///< encoded, from its '/'
  std::string query;  ///< in the form of query_text()
  std::vector<HttpHeader> headers;
  std::string payload_sha256;
};

/// The value of the header Authorization. The headers hold Host and X-Amz-Date with the same time. Pure.
std::string authorization(const Signed& request, const Credentials& credentials, const std::string& region,
                          std::chrono::sys_seconds time);

/// "20130524T000000Z": the value of X-Amz-Date.
std::string amz_date(std::chrono::sys_seconds time);

}  // namespace sidekick::storage::s3
