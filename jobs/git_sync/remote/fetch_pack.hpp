/// Requests a pack and reads the answer, in both versions of the protocol.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/pack_output.hpp"
#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/remote/remote.hpp"

namespace sidekick::git_sync {

/// The number of commits for `deepen`; 0: the boundary stays. For the whole history of a shallow side it is git's
/// number for infinity.
int deepen_for(const FetchRequest& request, const Greeting& greeting);

/// True when the server leaves out what it is asked to, and gives that out later, object by object.
bool can_filter(const Greeting& greeting);

/// The shallow boundary, moved by the lines of an answer.
class Boundary final {
 public:
  explicit Boundary(const std::vector<ObjectId>& before) : commits_(before.begin(), before.end()) {}

  /// "shallow <id>" or "unshallow <id>"; false for any other line. Throws malformed().
  bool move(std::string_view line);

  std::vector<ObjectId> commits() const { return {commits_.begin(), commits_.end()}; }

 private:
  std::set<ObjectId> commits_;
};

/// The whole request of version 2, in one message (gitprotocol-v2: "fetch").
std::string fetch_request_v2(const FetchRequest& request, const Greeting& greeting);

/// The same for version 0 (gitprotocol-pack: "Packfile Negotiation"). A commit that only a tag of the greeting names is
/// requested by the tag. Throws Error: data (the server lacks a required capability), no_input (a hash that it does not
/// serve).
std::string fetch_request_v0(const FetchRequest& request, const Greeting& greeting);

/// The part that both answers share.
class FetchReader : public LineReader {
 public:
  FetchReader(const FetchRequest& request, PackSink& sink) : boundary_(request.shallow), pack_(sink) {}
  /// A pack of more objects is an error of kind data.
  void limit(std::uint64_t max_objects) noexcept { pack_.limit(max_objects); }
  FetchResult result() const { return {.shallow = boundary_.commits(), .received_bytes = pack_.received_bytes()}; }

 protected:
  Boundary boundary_;
  PackOutput pack_;
};

/// Throws malformed(), server_error(), and what the sink throws.
class FetchReaderV2 final : public FetchReader {
 public:
  using FetchReader::FetchReader;
  Reading line(const PktLine& line) override;

 private:
  enum class In { none, other, shallow_info, pack } in_ = In::none;
};

class FetchReaderV0 final : public FetchReader {
 public:
  FetchReaderV0(const FetchRequest& request, const Greeting& greeting, PackSink& sink);
  Reading line(const PktLine& line) override;

 private:
  enum class In { shallow_info, acknowledgments, pack } in_;
};

}  // namespace sidekick::git_sync
