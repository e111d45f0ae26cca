/// The destination of a dump, in any form.
#pragma once

#include <span>
#include <vector>

#include "dump/catalogue.hpp"
#include "filters/sink.hpp"
#include "mongo/archive_writer.hpp"

namespace sidekick::dump {

/// Takes a dump once, from begin() to finish(). Not thread safe. Throws Error as sinks do. Destroyed before finish(),
/// it leaves nothing that looks complete.
class Output {
 public:
  virtual ~Output() = default;

  /// Announces the items, which outlive this.
  virtual void begin(const mongo::ArchiveHeader& header, const std::vector<Item>& items) = 0;
  /// Whole documents of one item; items may alternate.
  virtual void write(std::size_t item, std::span<const std::uint8_t> documents) = 0;
  /// Each item ends once, also an empty one.
  virtual void end(std::size_t item) = 0;
  /// All have ended.
  virtual void finish() = 0;
};

/// The archive format, written into a sink without finishing it.
class ArchiveOutput final : public Output {
 public:
  explicit ArchiveOutput(filters::Sink& sink) : sink_(sink) {}
  void begin(const mongo::ArchiveHeader& header, const std::vector<Item>& items) override;
  void write(std::size_t item, std::span<const std::uint8_t> documents) override { writer_->write(item, documents); }
  void end(std::size_t item) override { writer_->end(item); }
  void finish() override { writer_->flush(); }

 private:
  filters::Sink& sink_;
  std::optional<mongo::ArchiveWriter> writer_;
};

/// Only the documents of the single item; the sink is not finished.
class DocumentsOutput final : public Output {
 public:
  explicit DocumentsOutput(filters::Sink& sink) : sink_(sink) {}
  void begin(const mongo::ArchiveHeader&, const std::vector<Item>&) override {}
  void write(std::size_t, std::span<const std::uint8_t> documents) override { sink_.write(documents); }
  void end(std::size_t) override {}
  void finish() override {}

 private:
  filters::Sink& sink_;
};

}  // namespace sidekick::dump
