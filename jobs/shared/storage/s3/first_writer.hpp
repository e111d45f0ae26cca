/// Giving a name to an object only where it is free.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "storage/s3/api.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage::s3 {

/// By the header If-None-Match. Each object carries a mark of its writer, so that one whose answer was lost on the way
/// learns whether it has won. Where a server takes no notice of the header, names are looked up beforehand, which does
/// not hold against others that write at the same moment. Safe from any thread; throws as Api does.
class FirstWriter final {
 public:
  explicit FirstWriter(Api& api) : api_(api) {}

  /// A random mark, and the header that carries it.
  static std::string new_mark();
  static HttpHeader header_of(const std::string& mark);

  /// What the names of its objects begin with.
  static constexpr std::string_view probe_prefix = ".check-";

  /// Writes an object of a hidden name twice, and removes it.
  Exclusion probe(const CancelToken& cancel);

  /// False where the name is taken.
  bool put(const std::string& name, std::string_view bytes, const CancelToken& cancel);

  /// Makes an object of an upload that was begun with `mark`; false where the name is taken. `parts` is the body of
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
