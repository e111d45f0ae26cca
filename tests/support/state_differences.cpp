#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>

#include "tests/support/server_state.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

using Lines = std::vector<std::string>;

std::string shown(const json::value* value) {
  return value ? json::serialize(*value) : "nothing";
}

bool same(const json::value* one, const json::value* other) {
  return one && other ? *one == *other : one == other;
}

// Numbers of expected.json are plain where those of a server are {"$numberInt": "1"}.
bool same_number(const json::value& one, const json::value& other) {
  return integer(one) == integer(other);
}

// Boost.JSON compares objects whatever the order of their fields; the key of an index is compared as text.
bool same_index(const json::object& one, const json::object& other) {
  return one == other && json::serialize(one.at("key")) == json::serialize(other.at("key"));
}

void compare_fields(Lines& lines, const std::string& what, const json::object& wanted, const json::object& there) {
  for (const auto& field : wanted)
    if (!same(&field.value(), there.if_contains(field.key())))
      lines.push_back(what + " " + std::string(field.key()) + ": wanted " + shown(&field.value()) + ", there is " +
                      shown(there.if_contains(field.key())));
  for (const auto& field : there)
    if (!wanted.contains(field.key()))
      lines.push_back(what + " " + std::string(field.key()) + ": not wanted, there is " + shown(&field.value()));
}

std::map<std::string, json::object> by(const char* field, const json::value* list) {
  std::map<std::string, json::object> all;
  if (list)
    for (const auto& entry : list->as_array()) all[std::string(entry.at(field).as_string())] = entry.as_object();
  return all;
}

void compare_indexes(Lines& lines, const std::string& name, const json::object& wanted, const json::object& there) {
  const auto want = by("name", wanted.if_contains("indexes"));
  const auto have = by("name", there.if_contains("indexes"));
  for (const auto& [index, spec] : want) {
    const auto found = have.find(index);
    if (found == have.end())
      lines.push_back(name + ": index " + index + " is missing: " + json::serialize(spec));
    else if (!same_index(spec, found->second))
      lines.push_back(name + ": index " + index + ": wanted " + json::serialize(spec) + ", there is " +
                      json::serialize(found->second));
  }
  for (const auto& [index, spec] : have)
    if (!want.contains(index)) lines.push_back(name + ": index " + index + " not wanted: " + json::serialize(spec));
}

void compare_namespace(Lines& lines, const std::string& name, const json::object& wanted, const json::object& there) {
  for (const char* field : {"type", "dbhash"})
    if (!same(wanted.if_contains(field), there.if_contains(field)))
      lines.push_back(name + ": " + field + ": wanted " + shown(wanted.if_contains(field)) + ", there is " +
                      shown(there.if_contains(field)));
  if (!same_number(wanted.at("count"), there.at("count")))
    lines.push_back(name + ": count: wanted " + shown(wanted.if_contains("count")) + ", there is " +
                    shown(there.if_contains("count")));
  compare_fields(lines, name + ": option", wanted.at("options").as_object(), there.at("options").as_object());
  compare_indexes(lines, name, wanted, there);
}

}  // namespace

Lines differences(const json::object& wanted, const json::object& there) {
  Lines lines;
  for (const auto& entry : wanted) {
    const std::string name(entry.key());
    if (const auto* found = there.if_contains(name))
      compare_namespace(lines, name, entry.value().as_object(), found->as_object());
    else
      lines.push_back(name + ": missing");
  }
  for (const auto& entry : there)
    if (!wanted.contains(entry.key()))
      lines.push_back(std::string(entry.key()) + ": not wanted, there is " + shown(&entry.value()).substr(0, 300));
  return lines;
}

Lines differences(const json::array& wanted, const json::array& there) {
  const json::value want(wanted);
  const json::value have(there);
  Lines lines;
  const auto there_by_id = by("_id", &have);
  const auto wanted_by_id = by("_id", &want);
  for (const auto& [id, entry] : wanted_by_id) {
    const auto found = there_by_id.find(id);
    if (found == there_by_id.end())
      lines.push_back(id + ": missing");
    else
      compare_fields(lines, id + ":", entry, found->second);
  }
  for (const auto& [id, entry] : there_by_id)
    if (!wanted_by_id.contains(id)) lines.push_back(id + ": not wanted");
  return lines;
}

std::string joined(const Lines& lines) {
  std::string all;
  for (const auto& line : lines) all += line.substr(0, 1500) + "\n";
  return all;
}

}  // namespace sidekick::test
