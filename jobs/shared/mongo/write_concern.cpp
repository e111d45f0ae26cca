#include <charconv>

#include "mongo/lax_json.hpp"
#include "mongo/uri.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

Error proves_nothing(const std::string& write_concern) {
  return {ErrorKind::usage,
          "--writeConcern " + write_concern + " requests no acknowledgement: nothing would be known to be stored",
          "use a number from 1, or majority"};
}

Bson write_concern_of_json(const std::string& text) {
  Bson out;
  try {
    out = Bson::from_json(strict_json(text), "--writeConcern");
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, error.message(), "write it as {w: \"majority\", j: true, wtimeout: 1000}");
  }
  if (const auto w = find(out.get(), "w"); w && BSON_ITER_HOLDS_NUMBER(&*w) && bson_iter_as_int64(&*w) < 1)
    throw proves_nothing(text);
  return out;
}

}  // namespace

Bson write_concern(const Connection& c, const mongoc_uri_t* uri) {
  const auto& text = c.write_concern;
  if (text.starts_with('{')) return write_concern_of_json(text);
  Bson out;
  if (text.empty()) {
    const auto* given = mongoc_uri_get_write_concern(uri);
    const auto w = mongoc_write_concern_get_w(given);
    if (w == 0)
      throw Error(ErrorKind::usage,
                  "w=0 in the connection string requests no acknowledgement: nothing would be known to be stored");
    if (w > 0)
      out.append("w", w);
    else if (const char* tag = mongoc_write_concern_get_wtag(given))
      out.append("w", tag);
    else
      out.append("w", "majority");
    if (mongoc_write_concern_get_journal(given)) out.append("j", true);
    if (const auto wait = mongoc_write_concern_get_wtimeout_int64(given); wait > 0) out.append("wtimeout", wait);
    return out;
  }
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc() && end == text.data() + text.size()) {
    if (number < 1) throw proves_nothing(text);
    return std::move(out.append("w", number));
  }
  return std::move(out.append("w", text));
}

}  // namespace sidekick::mongo
