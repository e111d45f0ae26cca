#include "restore/restore_job.hpp"

#include "mongo/proof.hpp"
#include "restore/open_dump.hpp"
#include "restore/restore_run.hpp"

namespace sidekick::restore {

Outcome RestoreJob::run(JobContext& context) {
  if (input_used_)
    throw Error(ErrorKind::io, "the input was already read and cannot be read again", "start it again", Retry::never);
  try {
    return attempt(context);
  } catch (const Error& error) {
    // The last step changes the login that it uses. If its answer was lost, a rejected login is the answer.
    if (unconfirmed_ && error.kind() == ErrorKind::denied) return *unconfirmed_;
    if (!input_used_) throw;
    if (!error.transient()) throw error.without_retry();
    throw Error(ErrorKind::io, error.message(), "the input was already consumed: run it again", Retry::never);
  }
}

Outcome RestoreJob::attempt(JobContext& context) {
  const bool repeatable = can_be_read_twice(settings_);
  RestoreRun run(settings_, own_, context);
  // A stream is not read before its server is available, so that waiting costs nothing.
  if (repeatable) run.open();
  run.connect();
  if (!repeatable) {
    input_used_ = true;
    run.open();
    run.connect();
  }
  if (settings_.dry_run) return run.rehearse();
  if (settings_.if_empty && !begun_)
    if (const auto found = run.first_not_empty())
      return {"nothing was restored: '" + found->text() + "' holds documents (--if-empty)"};
  try {
    if (run.would_lose_documents()) {
      run.try_options();
      prove_first(context);
    }
    run.read_logins();
    begun_ = true;
    run.prepare();
    run.restore();
  } catch (const Error& error) {
    if (run.gave_up_own_login()) unconfirmed_ = run.outcome();
    if (error.kind() == ErrorKind::cancelled || error.transient()) throw;
    // A permission that was missing after minutes of work would be missing again.
    const bool is_final = error.retry_ruled_out() || (error.kind() == ErrorKind::denied && run.has_begun());
    throw Error(error.kind(), error.message() + "; " + run.changes(), error.hint(),
                is_final ? Retry::never : Retry::as_kind);
  }
  documents_ = run.documents();
  return run.outcome();
}

void RestoreJob::prove_first(JobContext& context) {
  if (!can_be_read_twice(settings_)) {
    context.log.warn("the input cannot be read twice: collections are dropped before it is verified");
  } else if (settings_.prove_first && !proven_) {
    context.log.info("verifying the dump before anything is dropped");
    mongo::prove(*open_dump(settings_, context.cancel));
    proven_ = true;
  }
}

}  // namespace sidekick::restore
