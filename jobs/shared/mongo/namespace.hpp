/// The name of a collection: database and collection.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace sidekick::mongo {

struct Namespace {
  std::string db;
  std::string collection;

  auto operator<=>(const Namespace&) const = default;
  std::string text() const { return db + "." + collection; }
};

/// Splits at the first dot, as servers do; a text without a dot is a database.
inline Namespace parse_namespace(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

/// The name of the oplog in an archive and a folder: not a namespace of a server.
inline bool is_oplog(const Namespace& ns) {
  return ns.db.empty() && ns.collection == "oplog";
}

/// The collection that holds the measurements of a time series (servers before 8.3).
inline constexpr std::string_view buckets_prefix = "system.buckets.";

}  // namespace sidekick::mongo
