/// Objects in a bucket of S3, or of a server that speaks the same.
#pragma once

#include "storage/s3/api.hpp"
#include "storage/s3/first_writer.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// Each object has the key "prefix/name"; keys with further parts, or of other forms, are ignored. Uploads need at most
/// 20 MiB of memory up to 48 GiB (see part_bytes()), downloads 16 MiB. A kill leaves at most an open upload.
class S3Storage final : public Storage {
 public:
  /// Does not connect. Throws Error of kind config for an endpoint that is no URL.
  explicit S3Storage(Settings settings) : api_(std::move(settings)), first_writer_(api_) {}

  const std::string& where() const noexcept override { return api_.where(); }
  Exclusion check(const CancelToken& cancel) override;
  std::unique_ptr<Sink> create(const std::string& name, const CancelToken& cancel) override;
  bool put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) override;
  void replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) override;
  std::optional<std::string> get(const std::string& name, const CancelToken& cancel) override;
  std::unique_ptr<Source> open(const std::string& name, const CancelToken& cancel) override;
  std::vector<Object> list(std::string_view prefix, const CancelToken& cancel) override;
  void remove(const std::string& name, const CancelToken& cancel) override;
  std::vector<Leftover> leftovers(std::string_view prefix, const CancelToken& cancel) override;
  void discard(const Leftover& leftover, const CancelToken& cancel) override;

 private:
  /// As list(), for any names.
  std::vector<Object> keys(std::string_view prefix, const CancelToken& cancel);

  Api api_;
  FirstWriter first_writer_;
};

}  // namespace sidekick::storage::s3
