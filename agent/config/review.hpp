/// Finds all problems of the settings, not only the first.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick::config {

/// Collects the problems of the settings of one command or job, so that one does not hide the others. Not thread safe.
class Review final {
 public:
  enum class Files {
    read,
    untouched,  ///< no file that a setting names is opened; what it holds counts as given and unknown
  };

  explicit Review(Files files = Files::read) : files_(files) {}

  Files files() const noexcept { return files_; }
  bool reads_files() const noexcept { return files_ == Files::read; }

  /// Adds a problem, unless it was added before.
  void add(const Error& error);

  /// Returns what `work` returns. Adds the Error that it throws, and returns a default value then.
  template <class Work>
  auto collect(Work work) {
    try {
      return work();
    } catch (const Error& error) {
      add(error);
    }
    using Result = std::invoke_result_t<Work>;
    if constexpr (!std::is_void_v<Result>) return Result{};
  }

  /// In the order in which they were found.
  const std::vector<Error>& problems() const noexcept { return problems_; }

  /// The first problem, whose message also says how many others there are. There is at least one.
  Error summary() const;

 private:
  Files files_;
  std::vector<Error> problems_;
};

}  // namespace sidekick::config
