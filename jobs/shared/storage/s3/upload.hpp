/// Uploads an object as a stream.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <string>

#include "sidekick/cancel.hpp"
#include "storage/s3/first_writer.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// Size of the n-th part (from 1) where the first has `first_bytes`: 10,000 parts, the limit of S3, hold 1.0 TiB if the
/// first has 5 MiB. Memory is three parts for the first 2,000 of them (9.8 GiB, 15 MiB of memory), then two: 20 MiB up
/// to 48 GiB in total. Pure.
std::size_t part_bytes(int number, std::size_t first_bytes) noexcept;

/// An object of one part is a single request at the end. A larger one is a multipart upload: its parts are sent by
/// separate threads while the next one is filled, and each is retried by itself. The destructor aborts it where
/// finish() did not complete; a kill leaves it open.
class Upload final : public Sink {
 public:
  Upload(Api& api, FirstWriter& first_writer, std::string name, const CancelToken& cancel);
  ~Upload() override;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

 private:
  struct Part {
    std::string etag;
    std::string buffer;  ///< to be used again
  };

  void begin();
  void send_part();
  /// Waits until at most so many parts are in flight.
  void wait_for(std::size_t in_flight);
  std::string parts_document() const;
  void abandon() noexcept;
  /// Ends the parts in flight, after giving them a moment; true where one had to be cut off.
  bool end_parts();

  Api& api_;
  FirstWriter& first_writer_;
  std::string name_;
  CancelToken cancel_;
  CancelSource stop_;  ///< ends the parts in flight when the upload is abandoned
  std::string mark_;
  std::string upload_id_;  ///< empty: not started
  std::string buffer_;
  std::string spare_;
  std::vector<std::string> etags_;
  int sent_ = 0;  ///< parts handed to a thread
  std::deque<std::future<Part>> in_flight_;
};

}  // namespace sidekick::storage::s3
