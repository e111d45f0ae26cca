/// One attempt at a restore, step by step.
#pragma once

#include <memory>

#include "restore/collection_guard.hpp"
#include "restore/index_builder.hpp"
#include "restore/open_dump.hpp"
#include "restore/oplog.hpp"
#include "restore/prepare.hpp"
#include "restore/server.hpp"
#include "restore/tally.hpp"
#include "restore/users.hpp"
#include "restore/writer.hpp"

namespace sidekick::restore {

/// The state of one attempt; the job calls the steps in order. Not thread safe.
class RestoreRun final {
 public:
  /// `own` is the job's, for all attempts.
  RestoreRun(const Settings& settings, OwnCollections& own, JobContext& context);

  /// Reads the beginning of the dump and decides what to restore.
  void open();
  /// Finds the server and checks that it can hold what the plan restores.
  void connect();
  /// True when --drop would delete existing documents.
  bool would_lose_documents();
  /// Throws Error of kind data where the server rejects the options of a collection. Before anything is dropped.
  void try_options();
  /// Reads the users and roles at the start of the dump, and checks that this server accepts them: before anything is
  /// written, where the dump has them first or can be read twice.
  void read_logins();
  /// With --if-empty: a collection that makes the databases be skipped, or nothing.
  std::optional<mongo::Namespace> first_not_empty();
  /// Drops and creates.
  void prepare();
  /// Documents, oplog, indexes, users; returns when everything is durable.
  void restore();
  /// The last line of the log. Throws Error of kind data where documents were rejected.
  Outcome outcome() const;
  /// True where the last step may have ended the login that it used: a later attempt whose login is rejected has
  /// nothing to do.
  bool gave_up_own_login() const noexcept { return logins_ && logins_->gave_up_own_login(); }
  /// True once something may have been dropped or created.
  bool has_begun() const noexcept { return begun_; }
  /// What the attempt has changed so far, briefly, for an error.
  std::string changes() const;
  /// How many documents of the dump each collection got, by its name on the server.
  std::map<mongo::Namespace, std::uint64_t> documents() const;
  /// For --dryRun: verifies the dump and reports what would be done.
  Outcome rehearse();

 private:
  void take_document(Writer& writer, const mongo::DumpEvent& event);
  bool restores_logins() const;
  bool take_login(const mongo::DumpEvent& event);
  mongo::Bytes read_document(const mongo::DumpEvent& event);
  void find_auth_schema();
  void restore_logins();
  void take_legacy_index(const Target& target, mongo::Bytes document);
  void name_what_is_left_out() const;
  template <class Step>
  void telling_versions(const std::string& flag, Step step) const;
  void end_mark();
  void sync_journal();
  std::size_t count(Role role) const;

  const Settings& settings_;
  JobContext& context_;
  std::unique_ptr<mongo::Pool, mongo::DestroyInBackground> pool_owner_;
  mongo::Pool& pool_;
  mongo::Bson write_concern_;
  std::unique_ptr<mongo::DumpReader> dump_;
  Plan plan_;
  Server server_;
  Existing existing_;
  CollectionGuard guard_;
  Tally tally_;
  AuthSchema auth_schema_;
  std::optional<Logins> logins_;                ///< where the plan restores users, roles or an oplog
  std::optional<mongo::DumpEvent> next_event_;  ///< already read, but not yet handled
  IndexCatalog catalog_;
  std::optional<mongo::Client> oplog_client_;
  std::optional<OplogReplay> oplog_;
  std::vector<std::uint8_t> scratch_;
  std::vector<std::uint64_t> documents_;  ///< read so far, by the dump's own index
  std::size_t indexes_ = 0;
  bool begun_ = false;  ///< something may have been dropped or created
};

}  // namespace sidekick::restore
