/// The steps by which a holder of the lease puts a content in place, as a pure state machine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "seed/entry.hpp"

namespace sidekick::seed {

enum class OnChange { keep, replace, refuse };
enum class Existing { refuse, keep, replace };
enum class OnMissing { seed, keep };

/// What to do where the target is not as the ledger or the content says.
struct Policies {
  OnChange on_change = OnChange::keep;
  Existing existing = Existing::refuse;
  OnMissing on_missing = OnMissing::seed;
  bool again = false;  ///< also replaces by a content that was in place before
};

/// The content that a process wants in place. Sorted by name.
struct Wanted {
  Content content;
  std::vector<Namespace> collections;
  std::vector<View> views;
  Policies policies;
};

/// A collection of the server.
struct Found {
  std::string kind;   ///< "collection", "view" or "timeseries"
  std::string uuid;   ///< 16 bytes; empty for a view
  bool empty = true;  ///< holds no document; only where that was asked for

  auto operator<=>(const Found&) const = default;
};
using Seen = std::map<Namespace, Found>;

// What a holder sends. The server checks the conditions named here.

/// Reads the entry, linearizably.
struct Read {};
/// Writes the entry where the ledger has that of the same holder and of the revision before.
struct Write {
  Entry entry;
};
struct Look {
  std::vector<Namespace> names;
  enum class For { names, documents } what = For::names;
};
/// Creates and fills each staging collection for the collection of the same position, and verifies them.
struct Fill {
  std::vector<Namespace> collections;
  std::vector<Namespace> staging;
};
/// Renames. With `drops`, only where that is the UUID of the collection that is dropped; else only where there is none.
struct Rename {
  Move move;
  std::string drops;
};
struct Drop {
  Namespace ns;
};
struct CreateView {
  View view;
};

enum class Result {
  seeded,
  already_seeded,
  kept_content,    ///< another content is in place, and stays
  kept_later,      ///< the wanted content was in place before the present one
  kept_missing,    ///< all collections are gone, which is accepted
  kept_partial,    ///< some collections are gone: `names`
  refused_change,  ///< another content is in place
  refused_data,    ///< collections with documents that the ledger does not explain: `names`
  refused_kind,    ///< a view, time series or collection has the name of something else: `names`
  refused_plan,    ///< another process changed collections of a written plan: `names`
  changed,         ///< another process changed the target meanwhile: try again
  lost,            ///< another holder took over
  stopped,
};
struct End {
  Result result = Result::stopped;
  std::vector<Namespace> names;
};
using Command = std::variant<Read, Write, Look, Fill, Rename, Drop, CreateView, End>;

// What a holder learns.

/// There was no answer: the command was executed, or it was not, or it will be.
struct Unknown {};
/// The condition of a Write does not hold.
struct Refused {};
/// Done, or there is nothing to do.
struct Done {};
struct Filled {
  std::uint64_t documents = 0;
};
/// A rename was not possible: look again.
struct NotRenamed {};
using Reply = std::variant<Unknown, Refused, Done, Filled, NotRenamed, Entry, Seen>;

/// The answer to a process that found `entry` and, of its targets and the wanted names, `seen`; nothing where there is
/// work to do. For an entry without plan and staging. Pure.
std::optional<End> settled(const Wanted& wanted, const Entry& entry, const Seen& seen);

/// Whether settled() may be asked without holding the lease.
bool may_be_settled(const Entry& entry) noexcept;

/// The names to look at for settled().
std::vector<Namespace> names_to_see(const Wanted& wanted, const Entry& entry);

/// All that decisions depend on, as text.
std::string fingerprint(const Entry& entry);

/// One holder of the lease, from its first reading of the entry to its end: send next(), tell the reply to advance().
/// Copyable, so that a test can follow every order of events. Not thread safe.
class Holder final {
 public:
  /// `ledger` is the UUID of the ledger's collection.
  Holder(Wanted wanted, HolderId mine, std::string ledger);

  Command next() const;
  void advance(const Reply& reply);

  /// Stands down: removes its own staging and ends as `stopped`. False once a plan may be written, which is then
  /// completed first. May be called at any time between next() and advance(): what next() returned is not sent then.
  bool stop();

  /// The whole state as text: two holders with the same text behave alike.
  std::string fingerprint() const;

  const Entry& entry() const noexcept { return entry_; }
  /// The wanted collections that are put in place, once a Write or Fill is next.
  const std::vector<Namespace>& staged() const noexcept { return staged_; }
  /// True where all collections of an earlier content were gone.
  bool seeds_again() const noexcept { return seeds_again_; }

 private:
  enum class Phase {
    reading,
    removing,
    looking,
    writing,
    doubting,
    filling,
    looking_again,
    checking,
    renaming,
    viewing,
    reading_after_loss,
    leaving,
    ended,
  };
  enum class Purpose { begin, plan, finish, withdraw };

  void settle(const Entry& entry);
  void decide(const Seen& seen);
  void begin(const Seen& seen);
  void make_plan(const Seen& seen);
  void check(const Seen& seen);
  void write(Purpose purpose, Entry entry);
  void written();
  void doubt(const Entry& entry);
  void lose(const Entry& entry);
  void withdraw(End end);
  void clear(End end);
  void leave();
  void finish();
  void end(End end);
  bool is_explained(const Namespace& ns) const;
  bool is_void() const { return entry_.ledger != ledger_; }
  std::optional<End> obstacle(const Seen& seen) const;
  std::vector<Namespace> to_stage(const Seen& seen) const;

  Wanted wanted_;
  HolderId mine_;
  std::string ledger_;
  Phase phase_ = Phase::reading;
  Purpose purpose_ = Purpose::begin;
  Entry entry_;    ///< as last seen
  Entry pending_;  ///< being written
  Look::For look_ = Look::For::names;
  std::vector<Namespace> staged_;   ///< the wanted collections that get a staging collection
  std::vector<Namespace> staging_;  ///< those, in the same order
  std::size_t names_used_ = 0;      ///< a name is never used again, as a delayed drop could meet it
  std::uint64_t documents_ = 0;
  std::vector<std::pair<Move, std::string>> todo_;  ///< renames that are left, and what each drops
  std::size_t index_ = 0;
  bool begun_ = false;  ///< our staging may be in the ledger
  bool stop_ = false;
  bool seeds_again_ = false;
  End end_;
};

}  // namespace sidekick::seed
