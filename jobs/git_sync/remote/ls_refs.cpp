#include "git_sync/remote/ls_refs.hpp"

#include <algorithm>

#include "git_sync/remote/protocol_error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::string_view part = "its list of refs";

void add_attribute(RemoteRef& ref, std::string_view attribute) {
  constexpr std::string_view peeled = "peeled:";
  constexpr std::string_view target = "symref-target:";
  if (attribute.starts_with(peeled)) ref.peeled = id_from(attribute.substr(peeled.size()), part);
  if (attribute.starts_with(target)) ref.symbolic_target = attribute.substr(target.size());
}

}  // namespace

void append_command(std::string& out, std::string_view command, const Greeting& greeting) {
  append_pkt(out, "command=" + std::string(command) + "\n");
  if (greeting.can("agent")) append_pkt(out, "agent=sidekick\n");
  if (greeting.can("object-format")) append_pkt(out, "object-format=sha1\n");
  append_delim(out);
}

std::string ls_refs_request(const Greeting& greeting, std::span<const std::string> prefixes) {
  std::string out;
  append_command(out, "ls-refs", greeting);
  append_pkt(out, "peel\n");
  append_pkt(out, "symrefs\n");
  for (const auto& prefix : prefixes) append_pkt(out, "ref-prefix " + prefix + "\n");
  append_flush(out);
  return out;
}

Reading LsRefsReader::line(const PktLine& line) {
  if (line.kind == PktLine::Kind::flush) return Reading::complete;
  if (line.kind != PktLine::Kind::data) throw malformed(part);
  limit_.take(line.payload);
  auto text = line.text();
  std::string_view words[2];
  for (auto& word : words) {
    const auto end = std::min(text.find(' '), text.size());
    word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (words[1].empty()) throw malformed(part);
  RemoteRef ref{std::string(words[1]), id_from(words[0], part), {}, {}};
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    add_attribute(ref, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  refs_.push_back(std::move(ref));
  return Reading::goes_on;
}

}  // namespace sidekick::git_sync
