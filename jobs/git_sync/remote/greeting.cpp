#include "git_sync/remote/greeting.hpp"

#include <algorithm>

#include "git_sync/remote/protocol_error.hpp"

namespace sidekick::git_sync {

namespace {

template <class Use>
void for_each_word(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    if (blank > 0) use(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
}

}  // namespace

bool Greeting::can(std::string_view capability, std::string_view word) const {
  const auto found = capabilities.find(capability);
  bool has = false;
  if (found != capabilities.end()) for_each_word(found->second, [&](std::string_view each) { has |= each == word; });
  return has;
}

Reading GreetingReader::line(const PktLine& line) {
  limit_.take(line.payload);
  switch (at_) {
    case At::start:
    case At::service:
      return first(line);
    case At::capabilities:
      return capability(line);
    case At::refs:
      return ref(line);
  }
  return Reading::complete;
}

Reading GreetingReader::first(const PktLine& line) {
  const auto text = line.text();
  if (at_ == At::start && text.starts_with("# service=")) {
    at_ = At::service;
    return Reading::goes_on;
  }
  if (at_ == At::service && line.kind == PktLine::Kind::flush) {
    at_ = At::refs;
    return Reading::goes_on;
  }
  at_ = At::refs;
  return ref(line);
}

Reading GreetingReader::capability(const PktLine& line) {
  if (line.kind == PktLine::Kind::flush) return Reading::complete;
  if (line.kind != PktLine::Kind::data) throw malformed("its capabilities");
  add_capability(line.text());
  return Reading::goes_on;
}

Reading GreetingReader::ref(const PktLine& line) {
  if (line.kind == PktLine::Kind::flush) return Reading::complete;
  if (line.kind != PktLine::Kind::data) throw malformed("its list of refs");
  auto text = line.text();
  if (greeting_.refs.empty() && text == "version 2") {
    greeting_.version = 2;
    at_ = At::capabilities;
    return Reading::goes_on;
  }
  if (greeting_.refs.empty() && text == "version 1") return Reading::goes_on;
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    add_old_capabilities(text.substr(zero + 1));
    text = text.substr(0, zero);
  }
  if (text.starts_with("shallow ")) {
    greeting_.shallow.push_back(id_from(text.substr(8), "its shallow boundary"));
    return Reading::goes_on;
  }
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) throw malformed("its list of refs");
  add_ref(text.substr(0, blank), text.substr(blank + 1));
  return Reading::goes_on;
}

void GreetingReader::add_capability(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  const auto name = text.substr(0, equals);
  const auto value = text.substr(std::min(equals + 1, text.size()));
  if (name == "object-format" && value != "sha1")
    throw Error(ErrorKind::data, "its objects are named by " + printable(value) + ", not SHA-1",
                "only repositories of the SHA-1 format are supported");
  if (name != "symref") {
    greeting_.capabilities.insert_or_assign(std::string(name), std::string(value));
    return;
  }
  const auto colon = value.find(':');
  if (colon != std::string_view::npos)
    symbolic_targets_.insert_or_assign(std::string(value.substr(0, colon)), std::string(value.substr(colon + 1)));
}

void GreetingReader::add_old_capabilities(std::string_view text) {
  for_each_word(text, [this](std::string_view word) { add_capability(word); });
}

void GreetingReader::add_ref(std::string_view id_text, std::string_view name) {
  const auto id = id_from(id_text, "its list of refs");
  if (name == "capabilities^{}") return;  // the line of a repository that has no ref
  auto& refs = greeting_.refs;
  if (name.ends_with("^{}")) {
    if (!refs.empty() && refs.back().name == name.substr(0, name.size() - 3)) refs.back().peeled = id;
    return;
  }
  const auto target = symbolic_targets_.find(name);
  refs.push_back({std::string(name), id, {}, target == symbolic_targets_.end() ? std::string() : target->second});
}

}  // namespace sidekick::git_sync
