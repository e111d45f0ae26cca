#include "tests/support/strict_archive.hpp"

#include <bson/bson.h>
#include <lzma.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <regex>
#include <set>

#include "tests/support/strict_documents.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

constexpr std::string_view magic = "\x6d\xe2\x99\x81";
constexpr std::int32_t terminator = -1;

using Name = std::pair<std::string, std::string>;

bool is_oplog(const Name& name) {
  return name == Name{"", "oplog"};
}

bool comes_first(const Name& name) {
  return name.first == "admin" &&
         (name.second == "system.users" || name.second == "system.roles" || name.second == "system.version");
}

class Archive {
 public:
  explicit Archive(std::string_view plain) : plain_(plain) {}

  StrictDump read() {
    if (plain_.substr(0, magic.size()) != magic) fail("rule 0: the magic is missing");
    at_ = magic.size();
    read_header();
    while (!at_terminator()) read_prelude_entry();
    while (at_ < plain_.size()) read_block();
    for (const auto& collection : dump_.collections)
      if (!ended_.contains({collection.db, collection.collection}))
        fail("rule 2: '" + collection.text() + "' of the prelude has no EOF block");
    check_order();
    return std::move(dump_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw RuleBroken(what + " (offset " + std::to_string(at_) + ")");
  }

  std::int32_t length_here() const {
    if (plain_.size() - at_ < sizeof(std::int32_t)) fail("rule 2: the archive ends inside a length");
    std::int32_t length = 0;
    std::memcpy(&length, plain_.data() + at_, sizeof length);
    return length;
  }

  bool at_terminator() {
    if (length_here() != terminator) return false;
    at_ += sizeof terminator;
    return true;
  }

  std::string_view take_document() {
    const auto document = whole_document(plain_.substr(at_));
    if (document.flaw) fail(*document.flaw);
    at_ += document.bytes.size();
    return document.bytes;
  }

  void read_header() {
    const auto header = fields_of(take_document());
    expect(header, "concurrent_collections", BSON_TYPE_INT32, "rule 5");
    expect(header, "version", BSON_TYPE_UTF8, "the header");
    expect(header, "server_version", BSON_TYPE_UTF8, "rule 1");
    expect(header, "tool_version", BSON_TYPE_UTF8, "the header");
    for (const auto& field : header) dump_.header[field.key] = field.value;
    dump_.server_version = text(header, "server_version");
    if (text(header, "version") != "0.1") fail("the header: its version is not 0.1");
    if (!std::regex_match(dump_.server_version, std::regex(R"(\d+\.\d+\.\d+.*)")))
      fail("rule 1: server_version '" + dump_.server_version + "' is not x.y.z");
    concurrent_ = static_cast<std::size_t>(std::max<std::int64_t>(0, number(header, "concurrent_collections")));
  }

  void read_prelude_entry() {
    const auto entry = fields_of(take_document());
    for (const char* key : {"db", "collection", "metadata", "type"}) expect(entry, key, BSON_TYPE_UTF8, "the prelude");
    expect(entry, "size", BSON_TYPE_INT32, "the prelude");
    StrictCollection collection{text(entry, "db"), text(entry, "collection"), text(entry, "type")};
    const Name name{collection.db, collection.collection};
    if (number(entry, "size") < 0) fail("the prelude: a size below nothing");
    const auto metadata = text(entry, "metadata");
    if (is_oplog(name) ? !metadata.empty() : name.first.empty())
      fail("rule 4: database '' is for the oplog alone, which has no metadata");
    if (!metadata.empty())
      collection.metadata = read_metadata_strictly(metadata, collection.collection, collection.type);
    else if (!is_oplog(name) && !collection.collection.starts_with("$admin.system."))
      fail("the prelude: '" + collection.text() + "' has no metadata");
    if (!places_.emplace(name, dump_.collections.size()).second)
      fail("the prelude: '" + collection.text() + "' comes twice");
    dump_.collections.push_back(std::move(collection));
  }

  // Rule 7: a server before 8.3 gives the documents of a time series under the name of its buckets.
  StrictCollection& collection_of(const Name& name) {
    constexpr std::string_view buckets = "system.buckets.";
    if (const auto found = places_.find(name); found != places_.end()) {
      auto& collection = dump_.collections[found->second];
      if (collection.type == "timeseries") fail("rule 7: documents of '" + collection.text() + "' under its own name");
      return collection;
    }
    if (name.second.starts_with(buckets)) {
      const auto found = places_.find({name.first, name.second.substr(buckets.size())});
      if (found != places_.end() && dump_.collections[found->second].type == "timeseries")
        return dump_.collections[found->second];
    }
    fail("rule 2: a block of '" + name.first + "." + name.second + "', which the prelude does not name");
  }

  void read_block() {
    const auto header = fields_of(take_document());
    const std::set<std::string> known{"db", "collection", "EOF", "CRC"};
    for (const auto& field : header)
      if (!known.contains(field.key)) fail("rule 3: unknown key '" + field.key + "' in a namespace header");
    expect(header, "db", BSON_TYPE_UTF8, "rule 3");
    expect(header, "collection", BSON_TYPE_UTF8, "rule 3");
    expect(header, "EOF", BSON_TYPE_BOOL, "rule 3");
    expect(header, "CRC", BSON_TYPE_INT64, "rule 3");
    const Name name{text(header, "db"), text(header, "collection")};
    auto& collection = collection_of(name);
    const Name own{collection.db, collection.collection};
    if (ended_.contains(own)) fail("rule 2: a block of '" + collection.text() + "' after its EOF block");
    if (open_.insert(own).second) opened_.push_back(own);
    if (open_.size() > concurrent_)
      fail("rule 5: " + std::to_string(open_.size()) + " namespaces are open at once, and concurrent_collections is " +
           std::to_string(concurrent_));
    if (truth(header, "EOF"))
      end(collection, number(header, "CRC"));
    else
      read_segment(collection, number(header, "CRC"));
  }

  void read_segment(StrictCollection& collection, std::int64_t checksum) {
    if (checksum != 0) fail("rule 3: a CRC in the header of a segment");
    while (!at_terminator()) count_document(collection, take_document());
  }

  void end(StrictCollection& collection, std::int64_t checksum) {
    if (!at_terminator()) fail("rule 3: documents in the EOF block of '" + collection.text() + "'");
    if (static_cast<std::uint64_t>(checksum) != collection.in_order)
      fail("checksum: the CRC of '" + collection.text() + "' is not that of its documents");
    if (collection.type == "view" && collection.documents > 0) fail("view: '" + collection.text() + "' has documents");
    open_.erase({collection.db, collection.collection});
    ended_.insert({collection.db, collection.collection});
    dump_.finished.push_back(collection.text());
  }

  // Rule 4, for the blocks: what the restore of everything else depends on has to be there before it.
  void check_order() const {
    bool others = false;
    for (std::size_t i = 0; i < opened_.size(); i++) {
      if (comes_first(opened_[i]) && others)
        fail("rule 4: '" + opened_[i].first + "." + opened_[i].second + "' comes after other namespaces");
      others = others || !comes_first(opened_[i]);
      if (is_oplog(opened_[i]) && (i + 1 < opened_.size() || dump_.finished.back() != ".oplog"))
        fail("rule 4: the oplog is not the last");
    }
  }

  void expect(const Fields& fields, const std::string& key, int type, const std::string& rule) const {
    const auto found = std::ranges::find(fields, key, &Field::key);
    if (found == fields.end()) fail(rule + ": '" + key + "' is missing");
    if (found->type != type) fail(rule + ": '" + key + "' has type " + std::to_string(found->type));
  }

  static std::string text(const Fields& fields, const std::string& key) {
    return std::string(std::ranges::find(fields, key, &Field::key)->value.as_string());
  }
  static bool truth(const Fields& fields, const std::string& key) {
    return std::ranges::find(fields, key, &Field::key)->value.as_bool();
  }
  static std::int64_t number(const Fields& fields, const std::string& key) {
    return std::ranges::find(fields, key, &Field::key)->value.as_int64();
  }

  std::string_view plain_;
  std::size_t at_ = 0;
  std::size_t concurrent_ = 0;
  StrictDump dump_;
  std::map<Name, std::size_t> places_;
  std::set<Name> open_;
  std::set<Name> ended_;
  std::vector<Name> opened_;
};

}  // namespace

const StrictCollection& StrictDump::at(const std::string& ns) const {
  const auto found = std::ranges::find(collections, ns, &StrictCollection::text);
  if (found == collections.end()) throw std::out_of_range("the dump has no '" + ns + "'");
  return *found;
}

bool StrictDump::contains(const std::string& ns) const {
  return std::ranges::find(collections, ns, &StrictCollection::text) != collections.end();
}

StrictDump read_archive_strictly(std::string_view plain) {
  return Archive(plain).read();
}

StrictDump read_archive_file_strictly(const std::filesystem::path& path) {
  return read_archive_strictly(unpacked(path));
}

}  // namespace sidekick::test
