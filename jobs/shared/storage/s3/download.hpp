/// Downloads an object as a stream.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>

#include "sidekick/error.hpp"
#include "storage/s3/api.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// Requests one range after another, the next one while the current one is read: memory is two ranges. An interrupted
/// range continues where it broke. All ranges are of the same version of the object.
class Download final : public Source {
 public:
  /// Requests the first range. Throws Error of kind no_input where there is no such object, and as a Storage does.
  Download(Api& api, std::string name, const CancelToken& cancel);
  ~Download() override;
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  /// The version and the size of the object.
  struct Version {
    std::string etag;
    std::uint64_t bytes = 0;
  };

  std::string fetch(std::uint64_t from, std::string buffer);
  void note(const HttpResponse& response, std::uint64_t from);
  void ask_for_next(std::string buffer);
  [[noreturn]] void fail(ErrorKind kind, const std::string& cause) const;

  Api& api_;
  std::string name_;
  CancelSource stop_;
  std::optional<Version> version_;
  std::string current_;
  std::size_t used_ = 0;        ///< of current_
  std::uint64_t position_ = 0;  ///< of the next range
  std::future<std::string> next_;
};

}  // namespace sidekick::storage::s3
