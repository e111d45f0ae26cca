// Prints the documents of one collection, one a line: show URI DB COLLECTION. What `mongosh` would be used for.
#include <mongoc/mongoc.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

// Appends the number that starts at `text`, as short as it can be for the same double, and returns what follows it.
// libbson writes 20 digits: 0.80000000000000004441 for 0.8.
const char* append_number(const char* text, std::string& to) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  const std::string digits(text, static_cast<const char*>(end));
  if (digits.find('.') == std::string::npos) {
    to += digits;
    return end;
  }
  char shortest[32];
  to.append(shortest, std::to_chars(shortest, shortest + sizeof shortest, value).ptr);
  return end;
}

std::string with_short_numbers(const char* json) {
  std::string text;
  bool quoted = false;
  while (*json != '\0') {
    if (!quoted && (*json == '-' || (*json >= '0' && *json <= '9'))) {
      json = append_number(json, text);
      continue;
    }
    if (*json == '"') quoted = !quoted;
    if (*json == '\\') text += *json++;
    text += *json++;
  }
  return text;
}

}  // namespace

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
    std::puts(with_short_numbers(text.get()).c_str());
  }
  bson_error_t error;
  if (!mongoc_cursor_error(cursor.get(), &error)) return 0;
  std::fprintf(stderr, "%s\n", error.message);
  return 69;
}
