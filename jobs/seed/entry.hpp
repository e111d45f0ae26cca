/// What the ledger holds about one seed.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mongo/bson.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::seed {

using mongo::Namespace;

/// Identifies a holder of the lease. A restored ledger can set the number back, so the random id counts as well.
struct HolderId {
  std::uint64_t number = 0;
  std::string id{};

  auto operator<=>(const HolderId&) const = default;
};

/// What is put in place, identified by its hash.
struct Content {
  std::string sha256{};  ///< 64 hexadecimal digits; empty: none
  std::string label{};   ///< of the user; may be empty

  auto operator<=>(const Content&) const = default;
};

/// One rename of a plan: of a staging collection, within its database.
struct Move {
  Namespace from{};
  std::string uuid{};  ///< of the staging collection: 16 bytes
  Namespace to{};
  std::string drops{};      ///< UUID of the collection that the rename may drop; empty: there is none
  bool only_empty = false;  ///< it may be dropped only while it holds no document

  auto operator<=>(const Move&) const = default;
};

/// A view that the plan creates where it is absent.
struct View {
  Namespace ns{};
  std::string options{};  ///< Extended JSON, as `create` takes them

  auto operator<=>(const View&) const = default;
};

/// How a verified content is put in place. Whoever finds a plan in the ledger completes it.
struct Plan {
  Content content{};
  std::vector<Move> moves{};
  std::vector<View> views{};
  std::vector<Namespace> targets{};  ///< every collection of the content, also those that the plan does not move
  std::uint64_t documents = 0;

  auto operator<=>(const Plan&) const = default;
};

/// The document of the ledger for one name.
struct Entry {
  std::string name{};
  std::int64_t revision = 0;  ///< grows with every change
  HolderId holder{};
  std::string ledger{};  ///< UUID of the ledger's collection when `staging` and `plan` were written
  Content content{};     ///< in place; no sha256: none
  std::vector<Namespace> targets{};
  std::uint64_t documents = 0;
  std::vector<std::string> in_place{};  ///< sha256 of every content that was ever put in place
  std::vector<Namespace> staging{};     ///< collections to remove: entered before they are created
  std::optional<Plan> plan{};
  bool forgotten = false;

  // For people; no decision depends on them.
  std::string holder_text{};      ///< "host 3f2a9c, process 7"
  bool held = false;              ///< the holder has not given the lease up
  std::chrono::seconds lease{0};  ///< within which the holder renews it
  std::string by{};               ///< who put the content in place
  std::string at{};               ///< when, in UTC
  double seconds = 0;             ///< how long that took

  bool is_done() const noexcept { return !content.sha256.empty(); }
  /// "done", "planned", "staging", "forgotten" or "new".
  std::string state() const;
};

/// Throws Error of kind data where the document was not written by this program, or by a newer one.
Entry parse_entry(const mongo::Bson& document);

/// The fields that a holder changes: all but name, lease and revision.
mongo::Bson fields_of(const Entry& entry);

}  // namespace sidekick::seed
