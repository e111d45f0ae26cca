#include <algorithm>
#include <map>

#include "mongo/persevere.hpp"
#include "restore/inserter.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::restore {

using mongo::Bson;

namespace {

/// The value of _id as bytes, its type in front: the key by which a stored document is found again.
std::string id_key(const bson_t* document) {
  const auto id = mongo::find(document, "_id");
  if (!id) return {};
  const auto bytes = Bson().append_value("", *id);
  return {bytes.bytes().begin(), bytes.bytes().end()};
}

/// True when `stored` is what a server makes of `dumped`: the same bytes, with _id in front.
bool same_document(const bson_t* stored, mongo::Bytes dumped) {
  const mongo::Bytes theirs(bson_get_data(stored), stored->len);
  if (std::ranges::equal(theirs, dumped)) return true;
  const mongo::BsonView view(dumped);
  const auto id = mongo::find(view.get(), "_id");
  if (!id || theirs.size() != dumped.size()) return false;
  Bson id_first;
  id_first.append_value("_id", *id).append_fields(view.get(), [](std::string_view key) { return key != "_id"; });
  return std::ranges::equal(theirs, id_first.bytes());
}

std::string what_of(const Batch& batch) {
  return "cannot compare documents of '" + batch.target->ns.text() + "'";
}

}  // namespace

Inserter::Presence Inserter::look_up(const Batch& batch, const Indexes& which) {
  Presence presence;
  if (which.empty()) return presence;
  std::map<std::string, std::size_t> by_id;
  Bson ids;
  for (const auto i : which) {
    const mongo::BsonView view(batch.document(i));
    const auto id = mongo::find(view.get(), "_id");
    if (id && by_id.emplace(id_key(view.get()), i).second) ids.append_value(std::to_string(by_id.size() - 1), *id);
  }
  Bson in;
  bson_append_array(in.get(), "$in", -1, ids.get());
  const auto filter = Bson().append("_id", in);
  const auto collection = mongo::collection_of(client_, batch.target->documents);
  const Handle<mongoc_cursor_t, mongoc_cursor_destroy> cursor(
      mongoc_collection_find_with_opts(collection.get(), filter.get(), nullptr, nullptr));
  const bson_t* stored = nullptr;
  while (mongoc_cursor_next(cursor.get(), &stored)) {
    const auto found = by_id.find(id_key(stored));
    if (found == by_id.end()) continue;
    const bool same = same_document(stored, batch.document(found->second));
    (same ? presence.same : presence.different).push_back(found->second);
  }
  bson_error_t error;
  const bson_t* reply = nullptr;
  if (mongoc_cursor_error_document(cursor.get(), &error, &reply))
    throw mongo::mongo_error(error, reply, what_of(batch));
  std::ranges::sort(presence.same);
  std::ranges::sort(presence.different);
  return presence;
}

// An ordinary insert would put the present time in place of Timestamp(0,0); an update by a pipeline keeps it.
void Inserter::insert_zero_timestamps(const Batch& batch) {
  const auto& which = batch.zero_timestamps;
  const auto presence = mongo::persevere(context_, [&] { return look_up(batch, which); });
  tally_.already_there += presence.same.size();
  const auto on_duplicate = policy(batch);
  Indexes written;
  for (const auto i : which) {
    if (std::ranges::binary_search(presence.same, i)) continue;
    const bool taken = std::ranges::binary_search(presence.different, i);
    if (taken && on_duplicate == OnDuplicate::keep)
      tally_.kept++;
    else if (taken && on_duplicate != OnDuplicate::replace)
      reject(batch, {i, 0, "another document has this _id"});
    else
      written.push_back(i);
  }
  mongo::persevere(context_, [&] { write_literally(batch, written); });
  tally_.inserted += written.size();
}

void Inserter::write_literally(const Batch& batch, const Indexes& which) {
  if (which.empty()) return;
  const auto collection = mongo::collection_of(client_, batch.target->documents);
  const auto options = Bson().append("ordered", false).append("writeConcern", write_concern_);
  const Handle<mongoc_bulk_operation_t, mongoc_bulk_operation_destroy> bulk(
      mongoc_collection_create_bulk_operation_with_opts(collection.get(), options.get()));
  if (settings_.bypass_document_validation) mongoc_bulk_operation_set_bypass_document_validation(bulk.get(), true);
  const auto upsert = Bson().append("upsert", true);
  bson_error_t error;
  for (const auto i : which) {
    const auto document = batch.document(i);
    const mongo::BsonView view(document);
    Bson selector;
    if (const auto id = mongo::find(view.get(), "_id")) selector.append("_id", Bson().append_value("$eq", *id));
    const auto pipeline = Bson().append("0", Bson().append("$replaceWith", Bson().append("$literal", Bson(document))));
    if (!mongoc_bulk_operation_update_one_with_opts(bulk.get(), selector.get(), pipeline.get(), upsert.get(), &error))
      throw mongo::mongo_error(error, nullptr, what_of(batch));
  }
  bson_t raw;
  const bool done = mongoc_bulk_operation_execute(bulk.get(), &raw, &error) != 0;
  const Bson reply(&raw);
  bson_destroy(&raw);
  if (!done) throw mongo::mongo_error(error, reply.get(), what_of(batch));
}

}  // namespace sidekick::restore
