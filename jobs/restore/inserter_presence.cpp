#include <algorithm>
#include <map>

#include "mongo/persevere.hpp"
#include "restore/inserter.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::restore {

using mongo::Bson;

namespace {

/// The value of _id as bytes, prefixed by its type: the key for finding a stored document.
std::string id_key(const bson_t* document) {
  const auto id = mongo::find(document, "_id");
  if (!id) return {};
  const auto bytes = Bson().append_value("", *id);
  return {bytes.bytes().begin(), bytes.bytes().end()};
}

/// True when `stored` is what a server makes of `dumped`: the same bytes, with _id first.
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

/// An update that stores `document` unchanged.
Bson literal_update(mongo::Bytes document) {
  Bson whole(document);
  if (!whole.has("_id")) {
    bson_oid_t id;
    bson_oid_init(&id, nullptr);
    Bson with_id;
    bson_append_oid(with_id.get(), "_id", -1, &id);
    whole = std::move(with_id.append_fields(whole.get(), [](std::string_view) { return true; }));
  }
  const auto id = mongo::find(whole.get(), "_id");
  Bson update;
  update.append("q", Bson().append("_id", Bson().append_value("$eq", *id)));
  update.append_array("u", {Bson().append("$replaceWith", Bson().append("$literal", whole))});
  return std::move(update.append("upsert", true));
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
  if (mongoc_cursor_error_document(cursor.get(), &error, &reply)) {
    auto failure = mongo::mongo_error(error, reply, what_of(batch));
    // MongoDB's role `restore` cannot read. A document that the user asked to replace must be replaced.
    if (failure.kind() != ErrorKind::denied || settings_.on_duplicate == OnDuplicate::replace) throw failure;
    may_read_ = false;
    return {};
  }
  std::ranges::sort(presence.same);
  std::ranges::sort(presence.different);
  return presence;
}

// An ordinary insert would replace Timestamp(0,0) by the current time; a pipeline update keeps it.
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
  tally_.inserted += write_literally(batch, written);
}

/// Stores the documents in place of those with the same _id. Returns how many the server accepted.
std::size_t Inserter::write_literally(const Batch& batch, const Indexes& which) {
  if (which.empty()) return 0;
  const auto failures = mongo::persevere(context_, [&] { return try_write(batch, which); });
  if (!failures) {
    const auto [first, second] = halves(which);
    return write_literally(batch, first) + write_literally(batch, second);
  }
  for (const auto& failure : *failures) reject(batch, failure);
  return which.size() - failures->size();
}

/// Nothing where the server rejects the command because of the content of one of several documents.
std::optional<Inserter::Failures> Inserter::try_write(const Batch& batch, const Indexes& which) {
  std::vector<Bson> updates;
  updates.reserve(which.size());
  for (const auto i : which) updates.push_back(literal_update(batch.document(i)));
  Bson command;
  command.append("update", batch.target->documents.collection).append("ordered", false);
  command.append("writeConcern", write_concern_);
  if (settings_.bypass_document_validation) command.append("bypassDocumentValidation", true);
  const auto& ns = batch.target->ns;
  guard_.before_write(client_, ns);
  guard_.append_uuid(command, ns);
  command.append_array("updates", updates);
  const auto reply = client_.run(ns.db, command, "cannot write into '" + ns.text() + "'", spoiling_codes);
  if (mongo::truth_of(reply.get(), "ok")) return failures_in(batch, which, reply);
  if (which.size() > 1) return std::nullopt;
  return Failures{{which.front(), 0, one_line(mongo::text_of(reply.get(), "errmsg"))}};
}

}  // namespace sidekick::restore
