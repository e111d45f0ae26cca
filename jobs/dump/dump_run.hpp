/// One attempt at a dump, step by step.
#pragma once

#include <memory>

#include "dump/dump_job.hpp"
#include "dump/oplog.hpp"
#include "dump/output.hpp"
#include "dump/reading.hpp"

namespace sidekick::dump {

/// The state of one attempt. Not thread safe.
class DumpRun final {
 public:
  DumpRun(const Settings& settings, JobContext& context);

  /// Finds the server and lists what to dump; does not touch the output.
  void open();

  /// Whether the header has room for the counts, which are only known at the end.
  enum class Counts { left_out, reserved };

  /// Reads everything into `output`, and finishes it. Throws Error as write_archive() does.
  Report write(Output& output, Counts counts);

  /// The header that write() wrote with Counts::reserved, now with the counts.
  mongo::ArchiveHeader final_header() const;

  const std::vector<Item>& items() const noexcept { return items_; }

 private:
  mongo::ArchiveHeader header(Counts counts) const;
  void check_consistency() const;
  void begin_consistency();
  void read(std::span<const std::size_t> which, Output& output);
  void read_oplog(std::size_t item, Output& output);
  void took(std::size_t item, const Batch& batch, Output& output);
  void ended(std::size_t item, Output& output);
  Report report() const;

  const Settings& settings_;
  JobContext& context_;
  std::unique_ptr<mongo::Pool, mongo::DestroyInBackground> pool_owner_;
  mongo::Pool& pool_;
  Server server_;
  std::vector<Item> items_;
  std::vector<Report::Collection> counts_;
  mongo::Bson read_concern_;
  std::optional<Timestamp> oplog_start_;
  std::optional<std::uint64_t> expected_documents_;
  std::uint64_t documents_ = 0;  ///< including the oplog's entries
};

}  // namespace sidekick::dump
