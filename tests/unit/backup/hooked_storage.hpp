/// A folder in whose calls a test may put something, to force a race or a failure.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "storage/posix/posix_storage.hpp"

namespace sidekick::test {

/// What is called with the name of the call ("replace") and that of the object. May be set and called by any thread;
/// what is being called goes on when another takes its place.
class Hook final {
 public:
  using Function = std::function<void(std::string_view call, const std::string& name, const CancelToken& cancel)>;

  Hook& operator=(Function function) {
    const std::lock_guard lock(mutex_);
    function_ = std::move(function);
    return *this;
  }

  void operator()(std::string_view call, const std::string& name, const CancelToken& cancel) const {
    const auto function = [this] {
      const std::lock_guard lock(mutex_);
      return function_;
    }();
    if (function) function(call, name, cancel);
  }

 private:
  mutable std::mutex mutex_;
  Function function_;
};

/// Calls `before`, does what was asked, and then, of what was read, calls `after`.
class HookedStorage final : public storage::Storage {
 public:
  explicit HookedStorage(std::string path) : folder_(std::move(path)) {}

  Hook before;
  Hook after;
  /// Makes of a listing what one may be that others wrote beside. To be set before other threads list.
  std::function<void(std::vector<storage::Object>& found)> listed;

  const std::string& where() const noexcept override { return folder_.where(); }
  storage::Exclusion check(const CancelToken& cancel) override { return folder_.check(cancel); }
  std::unique_ptr<storage::Sink> create(const std::string& name, const CancelToken& cancel) override {
    return hooked("create", name, cancel).create(name, cancel);
  }
  bool put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) override {
    return hooked("put_if_absent", name, cancel).put_if_absent(name, bytes, cancel);
  }
  void replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) override {
    hooked("replace", name, cancel).replace(name, bytes, cancel);
  }
  std::optional<std::string> get(const std::string& name, const CancelToken& cancel) override {
    auto found = hooked("get", name, cancel).get(name, cancel);
    after("get", name, cancel);
    return found;
  }
  std::unique_ptr<storage::Source> open(const std::string& name, const CancelToken& cancel) override {
    return hooked("open", name, cancel).open(name, cancel);
  }
  std::vector<storage::Object> list(std::string_view prefix, const CancelToken& cancel) override {
    auto found = hooked("list", std::string(prefix), cancel).list(prefix, cancel);
    if (listed) listed(found);
    after("list", std::string(prefix), cancel);
    return found;
  }
  void remove(const std::string& name, const CancelToken& cancel) override {
    hooked("remove", name, cancel).remove(name, cancel);
  }
  std::vector<storage::Leftover> leftovers(std::string_view prefix, const CancelToken& cancel) override {
    return hooked("leftovers", std::string(prefix), cancel).leftovers(prefix, cancel);
  }
  void discard(const storage::Leftover& leftover, const CancelToken& cancel) override {
    hooked("discard", leftover.name, cancel).discard(leftover, cancel);
  }

 private:
  storage::PosixStorage& hooked(std::string_view call, const std::string& name, const CancelToken& cancel) {
    before(call, name, cancel);
    return folder_;
  }

  storage::PosixStorage folder_;
};

}  // namespace sidekick::test
