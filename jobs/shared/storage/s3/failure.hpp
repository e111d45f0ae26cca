/// Classifies the failures that S3 returns.
#pragma once

#include <optional>
#include <string>

#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::storage::s3 {

struct Failure {
  std::string code;  ///< S3's ("NoSuchKey"); made of the status where the answer has no body: "NotFound"
  Error error;
  bool again = false;  ///< the same request may succeed soon
};

/// Nothing for a success. A 200 whose body is an error is a failure: S3 ends long requests so. `what` begins the
/// message: "cannot list 's3://bucket'". Pure.
std::optional<Failure> failure_of(const HttpResponse& response, const std::string& what);

}  // namespace sidekick::storage::s3
