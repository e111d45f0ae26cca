/// SHA-256 of a stream, as a sink or a source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "filters/sink.hpp"
#include "filters/source.hpp"

namespace sidekick::filters {

/// SHA-256 (FIPS 180-4), fed in pieces.
class Sha256 final {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::span<const std::uint8_t> bytes);

  /// 64 lower-case hexadecimal digits of all so far; the last call.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Passes bytes on; reports their number and SHA-256.
class DigestSink final : public Sink {
 public:
  explicit DigestSink(Sink& next) : next_(next) {}
  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

  std::uint64_t bytes() const noexcept { return bytes_; }
  /// Only after finish().
  const std::string& sha256() const noexcept { return sha256_; }

 private:
  Sink& next_;
  Sha256 digest_;
  std::uint64_t bytes_ = 0;
  std::string sha256_;
};

/// The same for a source: sha256() is available once read() has returned the end.
class DigestSource final : public Source {
 public:
  explicit DigestSource(std::unique_ptr<Source> from) : from_(std::move(from)) {}
  std::size_t read(std::span<std::uint8_t> into) override;
  std::uint64_t bytes() const noexcept { return bytes_; }
  const std::string& sha256() const noexcept { return sha256_; }

 private:
  std::unique_ptr<Source> from_;
  Sha256 digest_;
  std::uint64_t bytes_ = 0;
  std::string sha256_;
};

}  // namespace sidekick::filters
