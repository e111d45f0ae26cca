/// Creates an object only where its name is free.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "storage/s3/api.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// Uses the header If-None-Match. Each object carries a mark of its writer, so that a writer whose answer was lost
/// learns whether it has won. Where a server ignores the header, names are looked up beforehand, which does not exclude
/// a concurrent writer. Safe from any thread; throws as Api does.
class FirstWriter final {
 public:
  explicit FirstWriter(Api& api) : api_(api) {}

  /// A random mark, and its header.
  static std::string new_mark();
  static HttpHeader header_of(const std::string& mark);

  /// The prefix of the names of its objects.
  static constexpr std::string_view probe_prefix = ".check-";

  /// Writes an object of a hidden name twice, and removes it.
  Exclusion probe(const CancelToken& cancel);

  /// False where the name is taken.
  bool put(const std::string& name, std::string_view bytes, const CancelToken& cancel);

  /// Completes an upload that was started with `mark`; false where the name is taken. `parts` is the body of
  /// CompleteMultipartUpload.
  bool complete(const std::string& name, const std::string& upload_id, const std::string& parts,
                const std::string& mark, const CancelToken& cancel);

 private:
  enum class Condition { unknown, kept, ignored, refused };

  std::vector<HttpHeader> condition() const;
  bool is_taken(const std::string& name, const CancelToken& cancel);
  std::optional<std::string> mark_of(const std::string& name, const CancelToken& cancel);
  /// The answer to a request that may create `name`.
  Answer create(Call call, const CancelToken& cancel);

  Api& api_;
  std::atomic<Condition> condition_ = Condition::unknown;  ///< of a put
  std::atomic<bool> refused_for_uploads_ = false;
};

}  // namespace sidekick::storage::s3
