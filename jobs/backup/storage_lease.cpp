#include "backup/storage_lease.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sidekick::backup {

namespace {

constexpr std::size_t digits = 10;

std::string prefix_of(std::string_view job) {
  return std::string(job) + ".lease-";
}

class StorageRecords final : public lease::Records {
 public:
  StorageRecords(storage::Storage& storage, std::string job) : storage_(storage), job_(std::move(job)) {}

  std::vector<std::uint64_t> numbers(const CancelToken& cancel) override {
    std::vector<std::uint64_t> out;
    for (const auto& object : storage_.list(prefix_of(job_), cancel))
      if (const auto number = lease_number(job_, object.name)) out.push_back(*number);
    std::ranges::sort(out);
    return out;
  }

  std::optional<std::string> read(std::uint64_t number, const CancelToken& cancel) override {
    return storage_.get(lease_name(job_, number), cancel);
  }

  bool create(std::uint64_t number, const std::string& text, const CancelToken& cancel) override {
    return storage_.put_if_absent(lease_name(job_, number), text, cancel);
  }

  bool replace(std::uint64_t number, const std::string& /*before*/, const std::string& text,
               const CancelToken& cancel) override {
    storage_.replace(lease_name(job_, number), text, cancel);
    return true;
  }

  void remove(std::uint64_t number, const CancelToken& cancel) override {
    storage_.remove(lease_name(job_, number), cancel);
  }

 private:
  storage::Storage& storage_;
  const std::string job_;
};

}  // namespace

std::shared_ptr<lease::Records> storage_records(storage::Storage& storage, std::string job) {
  return std::make_shared<StorageRecords>(storage, std::move(job));
}

std::unique_ptr<Lease> acquire_lease(storage::Storage& storage, const LeaseSettings& settings, Clock& clock,
                                     Clock::time_point give_up, const CancelToken& cancel, Log& log) {
  return Lease::acquire(storage_records(storage, settings.job), settings, clock, give_up, cancel, log);
}

std::string lease_name(std::string_view job, std::uint64_t number) {
  auto text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return prefix_of(job) + text;
}

std::optional<std::uint64_t> lease_number(std::string_view job, std::string_view name) {
  const auto prefix = prefix_of(job);
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || name.size() < digits) return std::nullopt;
  return number;
}

}  // namespace sidekick::backup
