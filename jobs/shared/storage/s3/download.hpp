/// An object that is downloaded as a stream.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>

#include "sidekick/error.hpp"
#include "storage/s3/api.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// Asks for one range after the other, the next already while the one before is read: memory is two ranges. A range
/// that breaks off is taken up where it broke. All of them are of one version of the object.
class Download final : public Source {
 public:
  /// Asks for the first range. Throws Error of kind no_input where there is no such object, and as a Storage does.
  Download(Api& api, std::string name, const CancelToken& cancel);
  ~Download() override;
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  /// Of what version of the object, and how long that is.
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
