#include "git_sync/remote/fetch_pack.hpp"

#include <algorithm>
#include <array>

#include "git_sync/remote/ls_refs.hpp"
#include "git_sync/remote/protocol_error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr int infinite_depth = 2'147'483'647;

void append_ids(std::string& out, std::string_view word, const std::vector<ObjectId>& ids) {
  for (const auto& id : ids) append_pkt(out, std::string(word) + " " + id.hex() + "\n");
}

void append_deepen(std::string& out, int depth) {
  if (depth > 0) append_pkt(out, "deepen " + std::to_string(depth) + "\n");
}

/// The id to request for `want`: version 0 serves what its refs name, which for an annotated tag is the tag.
ObjectId wanted_as(const ObjectId& want, const Greeting& greeting) {
  const auto& refs = greeting.refs;
  if (std::ranges::any_of(refs, [&](const RemoteRef& ref) { return ref.id == want; })) return want;
  const auto tag = std::ranges::find_if(refs, [&](const RemoteRef& ref) { return ref.peeled == want; });
  if (tag != refs.end()) return tag->id;
  const std::array<std::string_view, 3> allowing{"allow-reachable-sha1-in-want", "allow-tip-sha1-in-want",
                                                 "allow-any-sha1-in-want"};
  if (std::ranges::any_of(allowing, [&](auto capability) { return greeting.can(capability); })) return want;
  throw Error(ErrorKind::no_input, "none of its refs names " + want.hex() + " and it serves no other commits",
              "follow a branch or a tag, or set uploadpack.allowReachableSHA1InWant on the server");
}

/// Objects that a filter left out cannot be the base of a difference.
bool may_be_thin(const FetchRequest& request) {
  return !request.filter.starts_with("blob:limit");
}

bool is_acknowledgment(const PktLine& line) {
  return line.text() == "NAK" || line.text().starts_with("ACK ");
}

void require(const Greeting& greeting, std::string_view capability, const std::string& what) {
  if (!greeting.can(capability))
    throw Error(ErrorKind::data, "the server is too old: it cannot " + what, "a newer git on the server can");
}

}  // namespace

int deepen_for(const FetchRequest& request, const Greeting& greeting) {
  if (request.depth > 0) return request.depth;
  return request.shallow.empty() && greeting.shallow.empty() ? 0 : infinite_depth;
}

bool can_filter(const Greeting& greeting) {
  if (greeting.version == 2) return greeting.can("fetch", "filter");
  // Whether it gives out more than commits shows no sooner than it is asked: git has no capability for that.
  return greeting.can("filter") && greeting.can("allow-reachable-sha1-in-want");
}

bool Boundary::move(std::string_view line) {
  constexpr std::string_view part = "its shallow boundary";
  constexpr std::string_view shallow = "shallow ";
  constexpr std::string_view unshallow = "unshallow ";
  if (line.starts_with(shallow))
    commits_.insert(id_from(line.substr(shallow.size()), part));
  else if (line.starts_with(unshallow))
    commits_.erase(id_from(line.substr(unshallow.size()), part));
  else
    return false;
  return true;
}

std::string fetch_request_v2(const FetchRequest& request, const Greeting& greeting) {
  std::string out;
  append_command(out, "fetch", greeting);
  if (may_be_thin(request)) append_pkt(out, "thin-pack\n");
  append_pkt(out, "no-progress\n");
  append_pkt(out, "ofs-delta\n");
  const auto depth = deepen_for(request, greeting);
  if ((depth > 0 || !request.shallow.empty()) && !greeting.can("fetch", "shallow"))
    throw Error(ErrorKind::data, "the server cannot send a part of the history", "fetch all of it with --depth=0");
  append_ids(out, "shallow", request.shallow);
  append_deepen(out, depth);
  if (!request.filter.empty() && can_filter(greeting)) append_pkt(out, "filter " + request.filter + "\n");
  append_ids(out, "want", request.wants);
  append_ids(out, "have", request.haves);
  append_pkt(out, "done\n");
  append_flush(out);
  return out;
}

std::string fetch_request_v0(const FetchRequest& request, const Greeting& greeting) {
  require(greeting, "side-band-64k", "tell errors from data");
  const auto depth = deepen_for(request, greeting);
  if (depth > 0 || !request.shallow.empty()) require(greeting, "shallow", "give out a part of the history");
  std::string capabilities;
  const std::array<std::string_view, 4> wanted{"side-band-64k", "thin-pack", "ofs-delta", "no-progress"};
  for (const auto name : wanted)
    if (greeting.can(name) && (name != "thin-pack" || may_be_thin(request))) capabilities.append(" ").append(name);
  const bool filtered = !request.filter.empty() && can_filter(greeting);
  if (filtered) capabilities += " filter";
  // Some servers refuse whoever names none of them. The answer differs only in lines that are passed over.
  if (greeting.can("multi_ack_detailed"))
    capabilities += " multi_ack_detailed";
  else if (greeting.can("multi_ack"))
    capabilities += " multi_ack";
  if (greeting.can("agent")) capabilities += " agent=sidekick";

  std::string out;
  for (const auto& want : request.wants) {
    append_pkt(out, "want " + wanted_as(want, greeting).hex() + capabilities + "\n");
    capabilities.clear();
  }
  append_ids(out, "shallow", request.shallow);
  append_deepen(out, depth);
  if (filtered) append_pkt(out, "filter " + request.filter + "\n");
  append_flush(out);
  append_ids(out, "have", request.haves);
  append_pkt(out, "done\n");
  return out;
}

Reading FetchReaderV2::line(const PktLine& line) {
  if (line.kind == PktLine::Kind::delim || line.kind == PktLine::Kind::flush) {
    const bool has_pack = in_ == In::pack;
    if (line.kind == PktLine::Kind::flush && !has_pack) throw malformed("its answer without a pack");
    in_ = In::none;
    return has_pack ? Reading::complete : Reading::goes_on;
  }
  if (line.kind != PktLine::Kind::data) throw malformed("its answer");
  switch (in_) {
    case In::pack:
      pack_.band(line.payload);
      break;
    case In::shallow_info:
      if (!boundary_.move(line.text())) throw malformed("its shallow boundary");
      break;
    case In::other:
      break;
    case In::none:
      in_ = line.text() == "packfile" ? In::pack : line.text() == "shallow-info" ? In::shallow_info : In::other;
  }
  return Reading::goes_on;
}

FetchReaderV0::FetchReaderV0(const FetchRequest& request, const Greeting& greeting, PackSink& sink)
    : FetchReader(request, sink), in_(deepen_for(request, greeting) > 0 ? In::shallow_info : In::acknowledgments) {}

Reading FetchReaderV0::line(const PktLine& line) {
  const bool is_flush = line.kind == PktLine::Kind::flush;
  if (!is_flush && line.kind != PktLine::Kind::data) throw malformed("its answer");
  switch (in_) {
    case In::shallow_info:
      if (is_flush)
        in_ = In::acknowledgments;
      else if (!boundary_.move(line.text()))
        throw malformed("its shallow boundary");
      return Reading::goes_on;
    case In::acknowledgments:
      if (!is_acknowledgment(line)) throw malformed("its acknowledgment");
      in_ = In::pack;
      return Reading::goes_on;
    case In::pack:
      if (is_flush) return Reading::complete;
      // One for each commit of ours, or a single one for all of them: no band begins like them.
      if (!is_acknowledgment(line)) pack_.band(line.payload);
  }
  return Reading::goes_on;
}

}  // namespace sidekick::git_sync
