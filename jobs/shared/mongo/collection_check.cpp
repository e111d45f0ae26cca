#include "mongo/collection_check.hpp"

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::size_t max_database_bytes = 63;
constexpr std::size_t max_namespace_bytes = 255;
constexpr std::string_view not_in_database = std::string_view("/\\. \"$\0", 7);
constexpr std::string_view not_in_collection = std::string_view("$\0", 2);

/// Names that servers and dumps use although users cannot create them.
bool is_reserved(std::string_view collection) {
  return collection.starts_with("$admin.system.") || collection == "oplog.$main";
}

std::string quoted(char c) {
  return c == '\0' ? std::string("a zero byte") : "'" + std::string(1, c) + "'";
}

/// Why the name is invalid; empty where it is valid.
std::string flaw_of(const Namespace& ns) {
  if (ns.db.empty()) return "the name of the database is empty";
  if (ns.db.size() > max_database_bytes)
    return "the name of the database is longer than " + std::to_string(max_database_bytes) + " bytes";
  if (const auto at = ns.db.find_first_of(not_in_database); at != std::string::npos)
    return "the name of the database contains " + quoted(ns.db[at]);
  if (ns.collection.empty()) return "the name of the collection is empty";
  if (ns.collection.front() == '.') return "the name of the collection begins with '.'";
  if (const auto at = ns.collection.find_first_of(not_in_collection);
      at != std::string::npos && !is_reserved(ns.collection))
    return "the name of the collection contains " + quoted(ns.collection[at]);
  if (ns.text().size() > max_namespace_bytes)
    return "the name is longer than " + std::to_string(max_namespace_bytes) + " bytes";
  return {};
}

std::string leave_out(const Namespace& ns) {
  return "exclude it with --nsExclude='" + ns.text() + "'";
}

}  // namespace

void check_name(const Namespace& ns) {
  const auto flaw = flaw_of(ns);
  if (flaw.empty()) return;
  throw Error(ErrorKind::data,
              "the dump holds '" + ns.db + "' / '" + ns.collection + "', which no server accepts: " + flaw,
              "rename it in the dump (the folder of a database has its name), or " + leave_out(ns));
}

Metadata check_collection(const DumpCollection& collection) {
  const auto& ns = collection.ns;
  if (is_oplog(ns)) return {};
  if (collection.flaw) throw *collection.flaw;
  check_name(ns);
  if (ns.collection.starts_with(buckets_prefix))
    throw Error(
        ErrorKind::data,
        "'" + ns.text() + "' holds the buckets of a time series, and the metadata of the time series is missing",
        "dump the time series itself, or " + leave_out(ns));
  auto metadata = parse_metadata(collection.metadata, ns);
  const auto needs = [&](std::string_view type, const char* option) {
    if ((collection.type == type || metadata.type == type) && !metadata.options.has(option))
      throw Error(ErrorKind::data, "the metadata of '" + ns.text() + "' says that it is a " + std::string(type) +
                                       ", and has no option '" + option + "'");
  };
  needs("view", "viewOn");
  needs("timeseries", "timeseries");
  return metadata;
}

}  // namespace sidekick::mongo
