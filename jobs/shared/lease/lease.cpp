#include "lease/lease.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "lease/record.hpp"
#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::lease {

namespace {

constexpr auto time_to_give_up = std::chrono::seconds(1);
constexpr auto longest_patience = std::chrono::hours(24);
constexpr Clock::duration shortest_pause = std::chrono::milliseconds(50);
constexpr auto checked_lately = std::chrono::seconds(1);
constexpr int most_looks = 3;
constexpr std::size_t id_digits = 32;
constexpr const char* taken_by_another = "another process holds it";

/// How long a holder may be silent.
std::chrono::seconds patience(const Record& record, const LeaseSettings& settings) {
  const bool says = record.ends_after.count() > 0 && record.ends_after <= longest_patience;
  return says ? record.ends_after : settings.ends_after;
}

/// The latest record, and since when it was seen unchanged.
class Watched {
 public:
  void look(std::uint64_t number, const std::string& text, Clock::time_point now) {
    if (number == number_ && text == text_) return;
    number_ = number;
    text_ = text;
    since_ = now;
  }

  Clock::duration unchanged(Clock::time_point now) const { return now - since_; }

 private:
  std::uint64_t number_ = 0;
  std::string text_;
  Clock::time_point since_{};
};

}  // namespace

struct Lease::Impl {
  Impl(std::shared_ptr<Records> in, LeaseSettings of, Clock& by, Log& to)
      : records(std::move(in)),
        settings(std::move(of)),
        clock(by),
        log(to),
        record{.holder = settings.holder, .token = random_hex(id_digits), .ends_after = settings.ends_after},
        id(record.token) {}

  ~Impl() {
    if (!thread.joinable()) return;
    end.cancel();
    {
      std::unique_lock lock(mutex);
      if (!finished.wait_for(lock, time_to_give_up, [this] { return is_finished; })) too_late.cancel();
    }
    thread.join();
  }

  bool create(std::uint64_t next, const CancelToken& cancel) {
    const auto before = clock.now();
    number = next;
    if (!records->create(number, record.text(), cancel)) return false;
    renewed = checked = created = before;
    return true;
  }

  /// From the first: whoever held an early one never finds a gap above it while that is there.
  void remove_earlier(const CancelToken& cancel) {
    try {
      for (const auto earlier : records->numbers(cancel))
        if (earlier < number) records->remove(earlier, cancel);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      log.debug("cannot remove the earlier leases", {{"error", error.message()}});  // the next holder will
    }
  }

  void start() {
    thread = std::thread([this] { keep(); });
  }

  /// The work of the thread.
  void keep() noexcept {
    const Clock::duration limit = settings.ends_after;
    auto due = created + limit / 4;
    while (clock.wait_until(due, end.token()) == Wake::due && !is_lost()) due += renew() ? limit / 4 : limit / 20;
    give_up();
    const std::lock_guard lock(mutex);
    is_finished = true;
    finished.notify_all();
  }

  bool renew() noexcept try {
    const auto before = clock.now();
    const auto seen = find_out(end.token());
    if (!seen) return false;
    record.renewals++;
    const bool replaced = records->replace(number, *seen, record.text(), end.token());
    const std::lock_guard lock(mutex);
    if (!replaced) {
      lose(taken_by_another);
      return false;
    }
    // Not the time of now: those who watch may have seen the new bytes since then.
    renewed = before;
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) return false;
    log.warn("cannot renew the lease", {{"error", error.message()}});
    const std::lock_guard lock(mutex);
    lose_in_time();
    return false;
  } catch (const std::exception&) {
    return false;  // out of memory: it is tried again until it is lost
  }

  /// Asks whether it is ours still: its text, or nothing where it is lost. First the numbers, then the text: whoever
  /// removes a later record while the numbers are listed, so that none of them is seen, has removed ours before.
  std::optional<std::string> find_out(const CancelToken& cancel) {
    Clock::time_point before;
    std::vector<std::uint64_t> all;
    std::optional<std::string> text;
    for (int looks = 0; looks < most_looks; looks++) {
      before = clock.now();
      all = records->numbers(cancel);
      text = records->read(number, cancel);
      if (!all.empty() && (all.back() > number || (all.back() == number && text))) break;
      // While it is renewed, by ourselves in another thread, it may be seen neither as it was nor as it is.
    }
    const auto found = text ? parse_record(*text) : Record{};
    const std::lock_guard lock(mutex);
    lose_in_time();
    if (all.empty() || all.back() != number)
      lose(taken_by_another);
    else if (found.token != id)
      lose("'" + (found.holder.empty() ? "somebody" : found.holder) + "' holds it");
    else
      checked = before;
    return lost ? std::nullopt : text;
  }

  void give_up() noexcept try {
    const auto cancel = too_late.token();
    const auto seen = is_lost() ? std::nullopt : find_out(cancel);
    if (!seen) return;
    record.state = Record::State::given_up;
    records->replace(number, *seen, record.text(), cancel);
  } catch (const std::exception&) {
    return;  // it ends by itself
  }

  bool is_lost() {
    const std::lock_guard lock(mutex);
    lose_in_time();
    return lost.has_value();
  }

  /// Both with the mutex held.
  void lose(std::string why) {
    if (!lost) lost = std::move(why);
  }
  void lose_in_time() {
    if (clock.now() - renewed >= settings.ends_after)
      lose("it was not renewed for " + std::to_string(settings.ends_after.count()) + " s");
  }

  const std::shared_ptr<Records> records;
  const LeaseSettings settings;
  Clock& clock;
  Log& log;
  Record record;  // of the thread alone
  const std::string id;
  std::uint64_t number = 0;
  Clock::time_point created;

  std::mutex mutex;
  Clock::time_point renewed;
  Clock::time_point checked;
  std::optional<std::string> lost;
  std::condition_variable finished;
  bool is_finished = false;

  CancelSource end;
  CancelSource too_late;
  std::thread thread;
};

Lease::Lease(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Lease::~Lease() = default;

std::unique_ptr<Lease> Lease::acquire(const std::shared_ptr<Records>& records, const LeaseSettings& settings,
                                      Clock& clock, Clock::time_point give_up, const CancelToken& cancel, Log& log) {
  Watched watched;
  bool told = false;
  while (true) {
    cancel.throw_if_cancelled();
    const auto looked = clock.now();
    const auto all = records->numbers(cancel);
    const auto latest = all.empty() ? 0 : all.back();
    const auto text = all.empty() ? std::nullopt : records->read(latest, cancel);
    const auto found = parse_record(text.value_or(""));
    watched.look(latest, text.value_or(""), clock.now());
    const Clock::duration limit = patience(found, settings);
    // Seen unchanged until the look began: what passed since then may be our own sleep.
    const bool is_dead = text && watched.unchanged(looked) >= limit;
    const bool is_free = all.empty() || found.state == Record::State::given_up || is_dead;
    auto impl = std::make_unique<Impl>(records, settings, clock, log);
    if (is_free && impl->create(latest + 1, cancel)) {
      impl->start();  // from now on it is given up where this throws
      // Others may have held and removed what we created while we looked, or slipped between the names of a listing.
      if (impl->find_out(cancel)) {
        if (is_dead) log.warn("ignored an expired lease", {{"holder", found.holder}});
        impl->remove_earlier(cancel);
        return std::unique_ptr<Lease>(new Lease(std::move(impl)));
      }
    }
    if (clock.now() >= give_up) return nullptr;
    if (!is_free && !std::exchange(told, true))
      log.info("waiting for the lease of this job", {{"holder", found.holder}});
    clock.wait_until(std::min(clock.now() + std::max(limit / 12, shortest_pause), give_up), cancel);
  }
}

void Lease::ensure() const {
  auto& impl = *impl_;
  const auto is_known = [&] {
    const std::lock_guard lock(impl.mutex);
    impl.lose_in_time();
    return impl.lost || impl.clock.now() - impl.checked < checked_lately;
  };
  if (!is_known()) impl.find_out(impl.end.token());
  const std::lock_guard lock(impl.mutex);
  if (impl.lost)
    throw Error(ErrorKind::temporary, "the lease of job '" + impl.settings.job + "' is lost: " + *impl.lost,
                "nothing was published or deleted since; another process may be doing the work");
}

std::uint64_t Lease::number() const noexcept {
  return impl_->number;
}

const std::string& Lease::id() const noexcept {
  return impl_->id;
}

}  // namespace sidekick::lease
