/// BSON documents that own their memory, and functions to read and build them, over libbson.
#pragma once

#include <bson/bson.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::mongo {

using Bytes = std::span<const std::uint8_t>;

/// An owned document. The append functions return *this, so that a command reads as one expression. They throw Error of
/// kind data where the document would exceed the 2 GiB that a bson_t can hold.
class Bson final {
 public:
  Bson() { bson_init(&b_); }
  explicit Bson(const bson_t* other) { bson_copy_to(other, &b_); }

  /// Copies `document`. Throws Error of kind data when its frame is malformed.
  explicit Bson(Bytes document);
  Bson(const Bson& other) : Bson(&other.b_) {}
  Bson(Bson&& other) noexcept : Bson() { swap(other); }
  Bson& operator=(Bson other) noexcept {
    swap(other);
    return *this;
  }
  ~Bson() { bson_destroy(&b_); }

  /// Parses Extended JSON v2, canonical or relaxed. Throws Error of kind data naming `what`.
  static Bson from_json(std::string_view json, std::string_view what);

  const bson_t* get() const noexcept { return &b_; }
  bson_t* get() noexcept { return &b_; }
  Bytes bytes() const noexcept { return {bson_get_data(&b_), b_.len}; }
  bool empty() const noexcept { return bson_empty(&b_); }
  bool has(std::string_view key) const;

  Bson& append(std::string_view key, std::string_view value);
  Bson& append(std::string_view key, const char* value) { return append(key, std::string_view(value)); }
  Bson& append(std::string_view key, std::int32_t value);
  Bson& append(std::string_view key, std::int64_t value);
  Bson& append(std::string_view key, bool value);
  Bson& append(std::string_view key, const Bson& value);
  Bson& append_array(std::string_view key, const std::vector<Bson>& values);
  Bson& append_value(std::string_view key, const bson_iter_t& value);

  /// Appends every field of `other`, or those whose key `keep` accepts.
  template <class Keep>
  Bson& append_fields(const bson_t* other, Keep keep) {
    bson_iter_t it;
    if (bson_iter_init(&it, other))
      while (bson_iter_next(&it))
        if (keep(std::string_view(bson_iter_key(&it)))) append_value(bson_iter_key(&it), it);
    return *this;
  }

  /// Canonical Extended JSON, for messages and comparisons.
  std::string to_json() const;

 private:
  void swap(Bson& other) noexcept;
  Bson& checked(bool appended);
  bson_t b_;
};

/// The result of a field lookup. Used like a std::optional<bson_iter_t>, which would lose the alignment that libbson
/// needs.
class Found final {
 public:
  Found() = default;
  explicit Found(const bson_iter_t& field) : field_(field), found_(true) {}
  explicit operator bool() const noexcept { return found_; }
  bool has_value() const noexcept { return found_; }
  const bson_iter_t& operator*() const noexcept { return field_; }

 private:
  bson_iter_t field_{};
  bool found_ = false;
};

/// The field `key` (not dotted) of a document, or nothing. It points into the document.
Found find(const bson_t* document, std::string_view key);

/// The field as text, number, boolean or document; a missing field or another type gives the empty value.
std::string text_of(const bson_t* document, std::string_view key);
std::int64_t number_of(const bson_t* document, std::string_view key);
bool truth_of(const bson_t* document, std::string_view key);
Bson document_of(const bson_t* document, std::string_view key);

/// The documents of an array field; skips other elements.
std::vector<Bson> documents_of(const bson_t* document, std::string_view key);

/// A document in foreign memory, in the form of libbson. It points into itself, so it does not move.
class BsonView final {
 public:
  /// `bytes` must be one complete, well-formed frame and outlive it. Throws Error of kind data otherwise.
  explicit BsonView(Bytes bytes);
  BsonView(const BsonView&) = delete;
  BsonView& operator=(const BsonView&) = delete;
  const bson_t* get() const noexcept { return &b_; }

 private:
  bson_t b_;
};

/// Reads and writes the length in the first four bytes of a frame; little-endian.
std::int32_t frame_length(const std::uint8_t* frame) noexcept;
void put_frame_length(std::uint8_t* frame, std::int32_t length) noexcept;

}  // namespace sidekick::mongo
