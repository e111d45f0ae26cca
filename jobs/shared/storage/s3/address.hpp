/// The URLs of requests to a bucket.
#pragma once

#include <optional>
#include <string>

#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"
#include "storage/s3/signature.hpp"

namespace sidekick::storage::s3 {

/// The bucket as the first part of the path, or as part of the host name.
enum class Addressing { path, virtual_host };

/// The URL of the bucket below `endpoint`, its path encoded and without a trailing '/'. A bucket that the endpoint
/// already names is not added again: as the last part of its path ("https://ACCOUNT.example/bucket"), or for
/// virtual_host in front of its host ("https://bucket.example"). Pure.
Url bucket_url(const Url& endpoint, const std::string& bucket, Addressing addressing);

/// The target of a redirect of a request at `from`: 307 or 308 with a Location. Nothing for other answers, and never
/// from https to http. A Location without a query gets that of `from`. Pure; throws Error of kind config where the
/// Location is not a URL.
std::optional<Url> redirect_of(const Url& from, const HttpResponse& response);

}  // namespace sidekick::storage::s3
