/// Where requests to a bucket go.
#pragma once

#include <optional>
#include <string>

#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"
#include "storage/s3/signature.hpp"

namespace sidekick::storage::s3 {

/// The bucket as the first step of the path, or as part of the host's name.
enum class Addressing { path, virtual_host };

/// The URL of the bucket below `endpoint`, its path encoded and without a '/' at its end. A bucket that the endpoint
/// names itself is not named again: as the last step of its path ("https://ACCOUNT.example/bucket"), or for
/// virtual_host in front of its host ("https://bucket.example"). Pure.
Url bucket_url(const Url& endpoint, const std::string& bucket, Addressing addressing);

/// Where the answer to a request at `from` says that the same request is to be sent: 307 or 308 with a Location.
/// Nothing for other answers, and never from https to http. A Location without a query has that of `from`. Pure; throws
/// Error of kind config where the Location is no URL.
std::optional<Url> redirect_of(const Url& from, const HttpResponse& response);

}  // namespace sidekick::storage::s3
