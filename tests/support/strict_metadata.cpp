#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>

#include "tests/support/strict_archive.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

[[noreturn]] void fail(const std::string& collection, const std::string& what) {
  throw RuleBroken("metadata of '" + collection + "': " + what);
}

// Canonical Extended JSON v2 has its numbers as text, but for the two halves of a timestamp; dates are numbers of
// milliseconds.
void check_canonical(const std::string& collection, const json::value& value) {
  if (value.is_number()) fail(collection, "a relaxed number: " + json::serialize(value));
  if (const auto* list = value.if_array())
    for (const auto& entry : *list) check_canonical(collection, entry);
  const auto* object = value.if_object();
  if (!object || object->contains("$timestamp")) return;
  if (const auto* date = object->if_contains("$date"); date && date->is_string())
    fail(collection, "a relaxed date: " + json::serialize(value));
  for (const auto& field : *object) check_canonical(collection, field.value());
}

void check_indexes(const std::string& collection, const std::string& type, const json::object& metadata) {
  const auto* indexes = metadata.if_contains("indexes");
  if (!indexes || !indexes->is_array()) fail(collection, "'indexes' is no list");
  if (type == "view" && !indexes->as_array().empty()) fail(collection, "a view has indexes");
  for (const auto& index : indexes->as_array()) {
    if (!index.is_object()) fail(collection, "an index is no document");
    for (const char* key : {"v", "key", "name"})
      if (!index.as_object().contains(key)) fail(collection, std::string("an index has no '") + key + "'");
    if (index.as_object().contains("ns")) fail(collection, "an index says its namespace");
  }
}

// A view that was dumped as a collection has none either.
void check_uuid(const std::string& collection, const std::string& type, const json::object& metadata) {
  const auto* uuid = metadata.if_contains("uuid");
  if (type != "collection") {
    if (uuid) fail(collection, "a " + type + " has a uuid");
    return;
  }
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!uuid) return;
  if (!uuid->is_string() || uuid->as_string().size() != 32 || !std::ranges::all_of(uuid->as_string(), is_digit))
    fail(collection, "its uuid is no 32 hexadecimal digits");
}

void check_options(const std::string& collection, const std::string& type, const json::object& metadata) {
  const auto* options = metadata.if_contains("options");
  if (options && (!options->is_object() || options->as_object().empty())) fail(collection, "'options' is empty");
  const auto has = [&](const char* key) { return options && options->as_object().contains(key); };
  if (type == "view" && !(has("viewOn") && has("pipeline"))) fail(collection, "a view without its source and pipeline");
  if (type == "timeseries" && !has("timeseries")) fail(collection, "a time series without its options");
}

using Lines = std::vector<std::string>;

std::string shown(const json::value* value) {
  return value ? json::serialize(*value).substr(0, 400) : "nothing";
}

std::map<std::string, json::object> indexes_of(const json::object& metadata) {
  std::map<std::string, json::object> all;
  if (const auto* indexes = metadata.if_contains("indexes"))
    for (const auto& index : indexes->as_array()) all[std::string(index.at("name").as_string())] = index.as_object();
  return all;
}

// Of an index the order of fields counts in its key alone.
bool same(const json::object& one, const json::object& other) {
  return one == other && json::serialize(one.at("key")) == json::serialize(other.at("key"));
}

void compare_indexes(Lines& lines, const std::string& name, const StrictCollection& wanted,
                     const StrictCollection& there) {
  auto have = indexes_of(there.metadata);
  for (const auto& [index, spec] : indexes_of(wanted.metadata)) {
    const auto found = have.find(index);
    if (found == have.end())
      lines.push_back(name + ": index " + index + " is missing");
    else if (!same(spec, found->second))
      lines.push_back(name + ": index " + index + ": wanted " + json::serialize(spec) + ", there is " +
                      json::serialize(found->second));
    have.erase(index);
  }
  for (const auto& [index, spec] : have) lines.push_back(name + ": index " + index + " not wanted");
}

bool is_capped(const StrictCollection& collection) {
  const auto* options = collection.metadata.if_contains("options");
  return options && options->as_object().contains("capped");
}

void compare(Lines& lines, const StrictCollection& wanted, const StrictCollection& there) {
  const auto name = wanted.text();
  if (wanted.type != there.type) lines.push_back(name + ": wanted type " + wanted.type + ", there is " + there.type);
  if (wanted.metadata.contains("uuid") != there.metadata.contains("uuid"))
    lines.push_back(name + ": one has a uuid and one has none");
  const auto* want = wanted.metadata.if_contains("options");
  const auto* have = there.metadata.if_contains("options");
  if (want && have ? *want != *have : want != have)
    lines.push_back(name + ": options: wanted " + shown(want) + ", there is " + shown(have));
  compare_indexes(lines, name, wanted, there);
  if (wanted.documents != there.documents)
    lines.push_back(name + ": wanted " + std::to_string(wanted.documents) + " documents, there are " +
                    std::to_string(there.documents));
  else if (wanted.bytes != there.bytes || wanted.in_any_order != there.in_any_order)
    lines.push_back(name + ": its documents differ");
  else if (is_capped(wanted) && wanted.in_order != there.in_order)
    lines.push_back(name + ": its documents are in another order");
}

}  // namespace

json::object read_metadata_strictly(const std::string& text, const std::string& collection, const std::string& type) {
  json::error_code error;
  const auto parsed = json::parse(text, error);
  if (error || !parsed.is_object()) fail(collection, "it is no JSON object");
  auto metadata = parsed.as_object();
  const auto said = [&](const char* key) {
    const auto* value = metadata.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  if (type != "collection" && type != "view" && type != "timeseries") fail(collection, "unknown type '" + type + "'");
  if (said("type") != type) fail(collection, "its type is '" + said("type") + "' where it should be '" + type + "'");
  if (said("collectionName") != collection) fail(collection, "its collectionName is '" + said("collectionName") + "'");
  check_canonical(collection, parsed);
  check_options(collection, type, metadata);
  check_indexes(collection, type, metadata);
  check_uuid(collection, type, metadata);
  return metadata;
}

Lines differences(const StrictDump& wanted, const StrictDump& there) {
  Lines lines;
  for (const auto& collection : wanted.collections)
    if (there.contains(collection.text()))
      compare(lines, collection, there.at(collection.text()));
    else
      lines.push_back(collection.text() + ": missing");
  for (const auto& collection : there.collections)
    if (!wanted.contains(collection.text())) lines.push_back(collection.text() + ": not wanted");
  return lines;
}

}  // namespace sidekick::test
