#include "tests/support/mongo_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace sidekick::test {

namespace json = boost::json;

namespace {

class Bson final {
 public:
  explicit Bson(bson_t* document) : document_(document) {}
  ~Bson() { bson_destroy(document_); }
  Bson(const Bson&) = delete;
  Bson& operator=(const Bson&) = delete;
  bson_t* get() const { return document_; }

 private:
  bson_t* document_;
};

Bson to_bson(const std::string& text) {
  bson_error_t error;
  bson_t* document =
      bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &error);
  if (!document) throw std::runtime_error("not a document: " + text + ": " + error.message);
  return Bson(document);
}

json::object to_json(const bson_t* document) {
  std::size_t size = 0;
  const std::unique_ptr<char, decltype(&bson_free)> text(bson_as_canonical_extended_json(document, &size), &bson_free);
  if (!text) throw std::runtime_error("a document of the server is not valid UTF-8");
  return json::parse({text.get(), size}).as_object();
}

// Makes the cursor of a reply carry on with getMore; takes over the reply.
json::array drain(mongoc_client_t* client, bson_t* reply, const std::string& db) {
  const Bson options(BCON_NEW("serverId", BCON_INT32(1)));
  const std::unique_ptr<mongoc_cursor_t, decltype(&mongoc_cursor_destroy)> cursor(
      mongoc_cursor_new_from_command_reply_with_opts(client, reply, options.get()), &mongoc_cursor_destroy);
  json::array all;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) all.push_back(to_json(document));
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) throw MongoFailure(db + ": " + error.message, error.code);
  return all;
}

}  // namespace

MongoClient::MongoClient(const std::string& uri) {
  bson_error_t error;
  const std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)> parsed(
      mongoc_uri_new_with_error(uri.c_str(), &error), &mongoc_uri_destroy);
  if (!parsed) throw std::runtime_error("not a URI: " + uri + ": " + error.message);
  client_.reset(mongoc_client_new_from_uri(parsed.get()));
  mongoc_client_set_error_api(client_.get(), MONGOC_ERROR_API_VERSION_2);
}

json::object MongoClient::command(const std::string& db, const std::string& text) const {
  const Bson command = to_bson(text);
  bson_t reply;
  bson_error_t error;
  const bool good = mongoc_client_command_simple(client_.get(), db.c_str(), command.get(), nullptr, &reply, &error);
  const Bson owner(bson_copy(&reply));
  bson_destroy(&reply);
  if (!good) throw MongoFailure(text.substr(0, 200) + ": " + error.message, error.code);
  auto answer = to_json(owner.get());
  if (answer.contains("writeErrors")) throw MongoFailure(json::serialize(answer), 0);
  return answer;
}

json::object MongoClient::command(const std::string& db, const json::object& command) const {
  return this->command(db, json::serialize(command));
}

json::array MongoClient::documents(const std::string& db, const json::object& request) const {
  const std::string text = json::serialize(request);
  const Bson command = to_bson(text);
  bson_t reply;
  bson_error_t error;
  if (!mongoc_client_command_simple(client_.get(), db.c_str(), command.get(), nullptr, &reply, &error)) {
    bson_destroy(&reply);
    throw MongoFailure(text.substr(0, 200) + ": " + error.message, error.code);
  }
  return drain(client_.get(), &reply, db);
}

void MongoClient::insert(const std::string& db, const std::string& collection,
                         const std::vector<std::vector<std::uint8_t>>& documents) const {
  const std::unique_ptr<mongoc_collection_t, decltype(&mongoc_collection_destroy)> target(
      mongoc_client_get_collection(client_.get(), db.c_str(), collection.c_str()), &mongoc_collection_destroy);
  const Bson ordered(BCON_NEW("ordered", BCON_BOOL(true)));
  const Bson unchecked(BCON_NEW("validate", BCON_BOOL(false)));
  const std::unique_ptr<mongoc_bulk_operation_t, decltype(&mongoc_bulk_operation_destroy)> bulk(
      mongoc_collection_create_bulk_operation_with_opts(target.get(), ordered.get()), &mongoc_bulk_operation_destroy);
  bson_error_t error;
  for (const auto& document : documents) {
    bson_t view;
    bson_init_static(&view, document.data(), document.size());
    if (!mongoc_bulk_operation_insert_with_opts(bulk.get(), &view, unchecked.get(), &error))
      throw MongoFailure(db + "." + collection + ": " + error.message, error.code);
  }
  bson_t reply;
  const bool good = mongoc_bulk_operation_execute(bulk.get(), &reply, &error) != 0;
  bson_destroy(&reply);
  if (!good) throw MongoFailure(db + "." + collection + ": " + error.message, error.code);
}

std::int64_t integer(const json::value& value) {
  if (value.is_number()) return value.to_number<std::int64_t>();
  if (value.is_object() && value.as_object().size() == 1) {
    const auto& number = value.as_object().begin()->value();
    if (number.is_string()) return static_cast<std::int64_t>(std::stod(std::string(number.as_string())));
  }
  throw std::runtime_error("not a number: " + json::serialize(value));
}

}  // namespace sidekick::test
