#include "storage/s3/address.hpp"

#include <algorithm>

namespace sidekick::storage::s3 {

namespace {

/// As query_text() writes it, however the server did.
std::string canonical_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const auto equals = std::min(part.find('='), part.size());
    query.emplace_back(percent_decoded(part.substr(0, equals)),
                       percent_decoded(part.substr(std::min(equals + 1, part.size()))));
  }
  return query_text(std::move(query));
}

}  // namespace

Url bucket_url(const Url& endpoint, const std::string& bucket, Addressing addressing) {
  auto url = endpoint;
  while (url.path.ends_with('/')) url.path.pop_back();
  const auto step = "/" + encoded(bucket, Encoding::path);
  if (addressing == Addressing::path) {
    if (!url.path.ends_with(step)) url.path += step;
    return url;
  }
  if (!url.host.starts_with(bucket + ".")) url.host = bucket + "." + url.host;
  return url;
}

std::optional<Url> redirect_of(const Url& from, const HttpResponse& response) {
  const auto location = response.header("location");
  if ((response.status != 307 && response.status != 308) || !location) return {};
  auto next = resolve(from, *location);
  const bool is_downgrade = from.scheme == "https" && next.scheme != "https";
  if (is_downgrade || (next.scheme != "http" && next.scheme != "https")) return {};
  next.user.clear();
  next.password = Secret();
  next.path = next.path.empty() ? "/" : encoded(percent_decoded(next.path), Encoding::path);
  next.query = next.query.empty() ? from.query : canonical_query(next.query);
  return next;
}

}  // namespace sidekick::storage::s3
