#include "seed/fill.hpp"

#include <algorithm>

#include "restore/restore_job.hpp"

namespace sidekick::seed {

namespace {

using Places = std::map<Namespace, Namespace>;  ///< staging collection, by the dump's own name

Places places_of(const Fill& fill, const Source& source) {
  Places out;
  for (const auto& [dumped, collection] : source.collections) {
    const auto found = std::ranges::find(fill.collections, collection.ns);
    if (found == fill.collections.end()) continue;
    out.emplace(dumped, fill.staging[static_cast<std::size_t>(found - fill.collections.begin())]);
  }
  return out;
}

/// The user knows the targets, and not what is built beside them.
std::string naming_targets(std::string text, const Fill& fill) {
  for (std::size_t i = 0; i < fill.staging.size(); i++) {
    const auto name = fill.staging[i].text();
    // "sk_shop_7-…_1" is the beginning of "sk_shop_7-…_10".
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const auto end = at + name.size();
      if (end < text.size() && text[end] >= '0' && text[end] <= '9') continue;
      text.replace(at, name.size(), fill.collections[i].text());
    }
  }
  return text;
}

Error naming_targets(const Error& error, const Fill& fill) {
  return {error.kind(), naming_targets(error.message(), fill), naming_targets(error.hint(), fill),
          error.retry_ruled_out() ? Retry::never : Retry::as_kind};
}

void verify(const SourceCollection& wanted, const Namespace& staging, std::uint64_t documents,
            Collections& collections) {
  if (collections.estimate(staging) != documents)
    if (const auto there = collections.count(staging); there != documents)
      throw Error(ErrorKind::data, "cannot verify '" + wanted.ns.text() + "': the server holds " +
                                       std::to_string(there) + " documents of " + std::to_string(documents));
  const auto indexes = collections.indexes(staging);
  for (const auto& name : wanted.indexes)
    if (std::ranges::find(indexes, name) == indexes.end())
      throw Error(ErrorKind::data,
                  "cannot verify '" + wanted.ns.text() + "': the server does not have the index '" + name + "'");
}

}  // namespace

std::uint64_t fill(const Fill& fill, const Settings& settings, const Source& source, Collections& collections,
                   JobContext& context) try {
  auto restored = settings.restore;
  restored.placed = places_of(fill, source);
  restored.stop_on_error = true;
  restored.connection.write_concern = "majority";  // whatever the connection string says
  restore::RestoreJob job(restored);
  job.run(context);
  std::uint64_t total = 0;
  for (const auto& [dumped, staging] : restored.placed) {
    context.cancel.throw_if_cancelled();
    const auto documents = job.documents().at(staging);
    verify(source.collections.at(dumped), staging, documents, collections);
    total += documents;
  }
  check_unchanged(settings, source);
  return total;
} catch (const Error& error) {
  throw naming_targets(error, fill);
}

}  // namespace sidekick::seed
