/// What a command writes to its standard output, as a source.
#pragma once

#include <string>
#include <vector>

#include "backup/empty_source.hpp"
#include "backup/source.hpp"

namespace sidekick::backup {

/// Runs a command without a shell (an image may have none): words are split and unquoted as a shell does, and nothing
/// is expanded; whoever wants pipes or variables writes sh -c '…'. What it writes to standard error is logged line by
/// line. It leads a process group of its own, which is ended with it.
class ExecSource final : public Source {
 public:
  /// Starts nothing yet. `environment` is all of the command's: "NAME=value". Throws Error of kind usage for an open
  /// quote or no word at all.
  ExecSource(const std::string& command, std::vector<std::string> environment, EmptySource empty);

  /// "exec: pg_dump": the program alone, since arguments may hold a password.
  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "exec"; }
  std::string_view extension() const noexcept override { return "out"; }

  /// Throws Error: no_input (no such program; or nothing was written), denied (not executable), cancelled, what the
  /// sink throws, and io where the command fails or a signal ends it. That may be tried again, as its server may only
  /// be starting; not so for the codes 126 and 127, which tell that there is no such command.
  SourceSummary write_to(filters::Sink& sink, JobContext& context) override;

  /// Reads it to its end: of what a command writes, no structure is known.
  SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                      const CancelToken& cancel) const override;

  /// There is no server for it: false.
  bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) override;

 private:
  std::vector<std::string> argv_;
  std::vector<std::string> environment_;
  std::string where_;
  EmptySource empty_;
};

}  // namespace sidekick::backup
