/// The standard output of a command as a source.
#pragma once

#include <string>
#include <vector>

#include "backup/empty_source.hpp"
#include "backup/source.hpp"

namespace sidekick::backup {

/// Runs a command without a shell (an image may have none): splits and unquotes words as a shell does, but expands
/// nothing; for pipes or variables use sh -c '…'. Logs its standard error line by line. The command leads a process
/// group of its own, which ends with it.
class ExecSource final : public Source {
 public:
  /// Does not start the command. `environment` is its whole environment: "NAME=value". Throws Error of kind usage for
  /// an open quote or an empty command.
  ExecSource(const std::string& command, std::vector<std::string> environment, EmptySource empty);

  /// "exec: pg_dump": only the program, since arguments may hold a password.
  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "exec"; }
  std::string_view extension() const noexcept override { return "out"; }

  /// Throws Error: no_input (no such program, or no output), denied (not executable), cancelled, what the sink throws,
  /// and io if the command fails or a signal ends it. Retryable, as its server may still be starting, except for the
  /// codes 126 and 127, which mean that there is no such command.
  SourceSummary write_to(filters::Sink& sink, JobContext& context) override;

  /// Only reads to the end: the structure of the output is unknown.
  SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                      const CancelToken& cancel) const override;

  /// Returns false: there is no scratch server for commands.
  bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) override;

 private:
  std::vector<std::string> argv_;
  std::vector<std::string> environment_;
  std::string where_;
  EmptySource empty_;
};

}  // namespace sidekick::backup
