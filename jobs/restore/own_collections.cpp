#include "restore/own_collections.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Namespace;

namespace {

std::string uuid_of(const Bson& entry) {
  const auto info = mongo::document_of(entry.get(), "info");
  const auto uuid = mongo::find(info.get(), "uuid");
  if (!uuid || !BSON_ITER_HOLDS_BINARY(&*uuid)) return {};
  const std::uint8_t* bytes = nullptr;
  std::uint32_t size = 0;
  bson_iter_binary(&*uuid, nullptr, &size, &bytes);
  return {bytes, bytes + size};
}

}  // namespace

std::map<Namespace, ServerCollection> server_collections(const std::string& db, const std::vector<Bson>& entries) {
  std::map<Namespace, ServerCollection> found;
  for (const auto& entry : entries) {
    const auto type = mongo::text_of(entry.get(), "type");
    found[{db, mongo::text_of(entry.get(), "name")}] = {type.empty() ? "collection" : type, uuid_of(entry)};
  }
  for (auto& [ns, collection] : found) {
    if (collection.kind != "timeseries") continue;
    const auto buckets = found.find({ns.db, std::string(mongo::buckets_prefix) + ns.collection});
    if (buckets != found.end()) collection.uuid = buckets->second.uuid;
  }
  return found;
}

void OwnCollections::record_start(const std::string& db, const std::map<Namespace, ServerCollection>& found,
                                  Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!recorded_.emplace(db, now).second) return;
  for (const auto& [ns, collection] : found) own_[ns][collection.uuid] = true;
}

bool OwnCollections::recorded_within(const std::string& db, std::chrono::milliseconds span,
                                     Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto recorded = recorded_.find(db);
  return recorded != recorded_.end() && now - recorded->second <= span;
}

void OwnCollections::add(const Namespace& ns, const std::string& uuid, bool may_drop) {
  const std::lock_guard lock(mutex_);
  own_[ns][uuid] = may_drop;
}

bool OwnCollections::holds(const Namespace& ns, const std::string& uuid) const {
  const std::lock_guard lock(mutex_);
  const auto own = own_.find(ns);
  return own != own_.end() && own->second.contains(uuid);
}

bool OwnCollections::may_drop(const Namespace& ns, const std::string& uuid) const {
  const std::lock_guard lock(mutex_);
  const auto own = own_.find(ns);
  if (own == own_.end()) return false;
  const auto found = own->second.find(uuid);
  return found != own->second.end() && found->second;
}

bool OwnCollections::knows(const Namespace& ns) const {
  const std::lock_guard lock(mutex_);
  return own_.contains(ns);
}

bool OwnCollections::begin_creation(const Namespace& ns) {
  const std::lock_guard lock(mutex_);
  return creating_.insert(ns).second;
}

void OwnCollections::end_creation(const Namespace& ns) {
  const std::lock_guard lock(mutex_);
  creating_.erase(ns);
}

bool OwnCollections::is_creating(const Namespace& ns) const {
  const std::lock_guard lock(mutex_);
  return creating_.contains(ns);
}

}  // namespace sidekick::restore
