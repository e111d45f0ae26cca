#include "dump/cursor.hpp"

#include <algorithm>
#include <cstring>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::dump {

using mongo::Bson;

namespace {

constexpr std::size_t smallest_document = 5;

Error bad_batch() {
  return {ErrorKind::data, "the server's answer is not a batch of documents"};
}

}  // namespace

Batch compacted(Handle<std::uint8_t, bson_free> memory, std::span<std::uint8_t> array) {
  Batch out;
  constexpr std::uint8_t document_type = 0x03;
  auto* const begin = array.data();
  const auto* const end = begin + array.size();
  auto* from = begin + sizeof(std::int32_t);
  auto* to = begin;
  while (from < end && *from != 0) {
    if (*from != document_type) throw bad_batch();
    auto* const key_end = static_cast<std::uint8_t*>(std::memchr(from, 0, static_cast<std::size_t>(end - from)));
    // The type byte is not zero, so this is the end of the key.
    if (key_end == nullptr || static_cast<std::size_t>(end - key_end) < 1 + smallest_document) throw bad_batch();
    auto* const document = key_end + 1;
    const auto length = static_cast<std::size_t>(mongo::frame_length(document));
    if (length < smallest_document || length > static_cast<std::size_t>(end - document)) throw bad_batch();
    std::memmove(to, document, length);
    to += length;
    from = document + length;
    out.count++;
    out.largest = std::max(out.largest, length);
  }
  out.memory = std::move(memory);
  out.documents = {begin, static_cast<std::size_t>(to - begin)};
  return out;
}

Cursor::Cursor(const mongo::Client& client, const Server& server, const Item& item, const Bson& read_concern)
    : client_(client), server_(server), item_(item), read_concern_(read_concern) {
  bson_error_t error;
  const Handle<mongoc_session_opt_t, mongoc_session_opts_destroy> options(mongoc_session_opts_new());
  mongoc_session_opts_set_causal_consistency(options.get(), false);
  session_.reset(mongoc_client_start_session(client.get(), options.get(), &error));
  const auto what = "cannot read '" + item.ns.text() + "'";
  if (!session_) throw read_error(error, nullptr, what);
  options_.append("serverId", static_cast<std::int32_t>(server.id));
  if (!mongoc_client_session_append(session_.get(), options_.get(), &error)) throw read_error(error, nullptr, what);
}

Bson Cursor::first_command(std::uint32_t max_documents) const {
  Bson command;
  command.append("find", item_.read_ns.collection)
      .append("filter", item_.filter)
      .append("batchSize", static_cast<std::int32_t>(max_documents));
  if (item_.natural_order) command.append("hint", Bson().append("$natural", 1));
  if (!read_concern_.empty()) command.append("readConcern", read_concern_);
  return command;
}

Bson Cursor::next_command(std::uint32_t max_documents) const {
  return std::move(Bson()
                       .append("getMore", *id_)
                       .append("collection", item_.read_ns.collection)
                       .append("batchSize", static_cast<std::int32_t>(max_documents)));
}

std::optional<Batch> Cursor::next(std::uint32_t max_documents) {
  if (id_ == 0) return std::nullopt;
  const auto command = id_ ? next_command(max_documents) : first_command(max_documents);
  bson_error_t error;
  bson_t reply;
  if (!mongoc_client_read_command_with_opts(client_.get(), item_.read_ns.db.c_str(), command.get(),
                                            server_.preference.get(), options_.get(), &reply, &error)) {
    const Bson why(&reply);
    bson_destroy(&reply);
    throw read_error(error, why.get(), "cannot read '" + item_.ns.text() + "'");
  }
  // The position of the batch, taken before the memory of the reply moves.
  bson_iter_t it;
  bson_iter_t batch;
  std::uint32_t size = 0;
  const std::uint8_t* array = nullptr;
  const bool sound = bson_iter_init_find(&it, &reply, "cursor") && BSON_ITER_HOLDS_DOCUMENT(&it) &&
                     bson_iter_recurse(&it, &batch) && bson_iter_find(&batch, id_ ? "nextBatch" : "firstBatch") &&
                     BSON_ITER_HOLDS_ARRAY(&batch);
  if (sound) bson_iter_array(&batch, &size, &array);
  bson_iter_t cursor_id;
  const bool numbered = sound && bson_iter_recurse(&it, &cursor_id) && bson_iter_find(&cursor_id, "id");
  const auto next_id = numbered ? bson_iter_as_int64(&cursor_id) : 0;
  const auto offset = sound ? static_cast<std::size_t>(array - bson_get_data(&reply)) : 0;
  std::uint32_t reply_size = 0;
  Handle<std::uint8_t, bson_free> memory(bson_destroy_with_steal(&reply, true, &reply_size));
  if (!sound || !numbered) throw bad_batch();
  id_ = next_id;
  auto* const begin = memory.get() + offset;
  return compacted(std::move(memory), {begin, size});
}

}  // namespace sidekick::dump
