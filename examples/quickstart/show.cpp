// Prints the documents of one collection, one a line: show URI DB COLLECTION. What `mongosh` would be used for.
#include <mongoc/mongoc.h>

#include <cstdio>
#include <memory>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: show URI DB COLLECTION\n");
    return 64;
  }
  mongoc_init();
  const std::unique_ptr<mongoc_client_t, decltype(&mongoc_client_destroy)> client(mongoc_client_new(argv[1]),
                                                                                  &mongoc_client_destroy);
  if (!client) {
    std::fprintf(stderr, "not a URI of MongoDB\n");
    return 64;
  }
  const std::unique_ptr<mongoc_collection_t, decltype(&mongoc_collection_destroy)> collection(
      mongoc_client_get_collection(client.get(), argv[2], argv[3]), &mongoc_collection_destroy);
  bson_t everything;
  bson_init(&everything);
  const std::unique_ptr<mongoc_cursor_t, decltype(&mongoc_cursor_destroy)> cursor(
      mongoc_collection_find_with_opts(collection.get(), &everything, nullptr, nullptr), &mongoc_cursor_destroy);
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) {
    const std::unique_ptr<char, decltype(&bson_free)> text(bson_as_relaxed_extended_json(document, nullptr),
                                                           &bson_free);
    std::puts(text.get());
  }
  bson_error_t error;
  if (!mongoc_cursor_error(cursor.get(), &error)) return 0;
  std::fprintf(stderr, "%s\n", error.message);
  return 69;
}
