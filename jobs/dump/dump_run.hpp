/// One attempt at a dump, step by step.
#pragma once

#include <memory>

#include "dump/dump_job.hpp"
#include "dump/output.hpp"
#include "dump/reading.hpp"

namespace sidekick::dump {

/// Holds what one attempt needs. Not thread safe.
class DumpRun final {
 public:
  DumpRun(const Settings& settings, JobContext& context);

  /// Finds the server and lists what to dump: nothing of the output is touched before.
  void open();

  /// Reads all of it into `output`, to its finish(). Throws Error as write_archive() says.
  Report write(Output& output);

  /// What the archive says of itself, with the counts of `report` where there is one.
  mongo::ArchiveHeader header(const Report* report) const;

 private:
  void read(std::span<const std::size_t> which, Output& output);
  void took(std::size_t item, const Batch& batch, Output& output);
  void ended(std::size_t item, Output& output);

  const Settings& settings_;
  JobContext& context_;
  std::unique_ptr<mongo::Pool, mongo::LetGo> pool_owner_;
  mongo::Pool& pool_;
  Server server_;
  std::vector<Item> items_;
  std::vector<Report::Collection> counts_;
  mongo::Bson read_concern_;
  std::optional<std::uint64_t> expected_documents_;
  std::uint64_t documents_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sidekick::dump
