/// A job of backup with a source in a test's hands, a real folder as its storage, and clocks that a test moves.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/runtime/scheduled_job.hpp"
#include "backup/backup_job.hpp"
#include "storage/catalog.hpp"
#include "tests/unit/backup/hooked_storage.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

namespace sidekick::test {

using storage::WallTime;

/// What a FakeSource is to do, and what it did.
struct Script {
  std::string content = "some content";
  std::optional<Error> error;          ///< thrown when `content` was written
  std::uint64_t proven_items = 1;      ///< what prove() finds where one was told
  std::optional<Error> scratch_error;  ///< thrown by the restore
  bool has_scratch = false;
  std::function<void()> meanwhile;
  int pours = 0;
};

class FakeSource final : public backup::Source {
 public:
  FakeSource(std::string where, std::shared_ptr<Script> script)
      : where_(std::move(where)), script_(std::move(script)) {}
  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "exec"; }
  std::string_view extension() const noexcept override { return "out"; }

  backup::SourceSummary write_to(filters::Sink& sink, JobContext&) override {
    script_->pours++;
    if (script_->meanwhile) script_->meanwhile();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(script_->content.data());
    sink.write({bytes, script_->content.size()});
    if (script_->error) throw Error(*script_->error);
    backup::SourceSummary out;
    out.items = 1;
    out.unit = "files";
    return out;
  }

  backup::SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string&,
                              const CancelToken&) const override {
    std::vector<std::uint8_t> chunk(4096);
    while (plain->read(chunk) > 0) {
    }
    backup::SourceSummary out;
    out.items = script_->proven_items;
    out.unit = "files";
    return out;
  }

  bool restore_to_scratch(const OpenPlain&, const storage::Manifest&, JobContext&) override {
    if (script_->scratch_error) throw Error(*script_->scratch_error);
    return script_->has_scratch;
  }

 private:
  std::string where_;
  std::shared_ptr<Script> script_;
};

/// Keeps the last value of each gauge and the sum of each counter, by "name{backup}" and the status where there is one.
class Figures final : public MetricSink {
 public:
  void record(const Metric& metric, double value, MetricLabels labels) noexcept override {
    std::string name(metric.name);
    for (const auto& label : labels) name.append("/").append(label.value);
    auto& kept = values[name];
    kept = metric.type == MetricType::counter ? kept + value : value;
  }
  std::map<std::string, double> values;
};

/// A run in each step.
class AtOnce final : public LoopJob {
 public:
  explicit AtOnce(std::unique_ptr<backup::BackupJob> job) : job_(std::move(job)) {}
  Step step(JobContext& context) override { return {job_->run(context), context.clock.now()}; }

 private:
  std::unique_ptr<backup::BackupJob> job_;
};

/// The runs that are due, as the frame makes them.
class OnSchedule final : public LoopJob {
 public:
  OnSchedule(std::unique_ptr<backup::BackupJob> job, runtime::Timetable timetable)
      : job_(std::move(job)),
        scheduled_(*job_, with_records(std::move(timetable)), [] { return 0.0; }, [] { return false; }) {}
  Step step(JobContext& context) override { return scheduled_.step(context); }

 private:
  runtime::Timetable with_records(runtime::Timetable timetable) {
    timetable.records = job_.get();
    return timetable;
  }

  std::unique_ptr<backup::BackupJob> job_;
  runtime::ScheduledJob scheduled_;
};

class Stage final : public StatusSink {
 public:
  Stage() {
    settings.pipeline.compression.kind = filters::Compression::none;
    settings.lease_holder = "test";
    settings.lease_wait = std::chrono::seconds(0);
    settings.wall_clock = [this] { return wall(); };
  }

  WallTime wall() const {
    return wall_start + std::chrono::floor<std::chrono::milliseconds>(clock.elapsed()) + set_off;
  }
  void progress(const Progress&) noexcept override {}
  void ready() noexcept override { is_ready = true; }

  std::shared_ptr<Script> add(const std::string& job) {
    auto script = std::make_shared<Script>();
    scripts.emplace_back(job, script);
    return script;
  }

  void follow(std::string_view schedule) {
    timetable = runtime::Timetable{.schedule = schedule::Schedule::parse(schedule),
                                   .zone = {},
                                   .after_failure = runtime::Timetable::AfterFailure::try_on};
    timetable->wall_clock = [this] { return std::chrono::floor<std::chrono::seconds>(wall()); };
    settings.runs = backup::Settings::Runs::on_schedule;
  }

  /// The job of a process that begins anew.
  std::unique_ptr<LoopJob> start() {
    std::vector<backup::Task> tasks;
    for (const auto& [job, script] : scripts)
      tasks.push_back({job, std::make_unique<FakeSource>("exec: " + job, script)});
    auto hooked = std::make_unique<HookedStorage>(folder / "");
    hooked->before = before;
    auto job = std::make_unique<backup::BackupJob>(settings, std::move(tasks), std::move(hooked));
    if (timetable) return std::make_unique<OnSchedule>(std::move(job), *timetable);
    return std::make_unique<AtOnce>(std::move(job));
  }

  JobContext context() { return {clock, stop.token(), *this, figures, log}; }

  Step step(LoopJob& job) {
    auto here = context();
    return job.step(here);
  }

  /// Steps as the scheduler does until the wall clock shows `until`. Errors are kept and passed over after 30 s.
  void run(LoopJob& job, WallTime until) {
    while (wall() < until) {
      try {
        const auto next = step(job).next_due;
        clock.advance(std::max<Clock::duration>(next - clock.now(), std::chrono::seconds(1)));
      } catch (const Error& error) {
        errors.push_back(error);
        clock.advance(std::chrono::seconds(30));
      }
    }
  }

  std::vector<storage::Manifest> backups(const std::string& job) {
    storage::PosixStorage plain(folder / "");
    std::vector<storage::Manifest> out;
    for (auto& entry : storage::Catalog(plain, job).entries({}))
      if (entry.manifest) out.push_back(std::move(*entry.manifest));
    return out;
  }

  /// All names in the storage but those of leases.
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder / ""))
      if (const auto name = entry.path().filename().string(); name.find(".lease-") == std::string::npos)
        out.push_back(name);
    return out;
  }

  const TemporaryFolder folder;
  VirtualClock clock;
  CancelSource stop;
  Figures figures;
  Recorder recorder;
  status::JobLog log{recorder, "backup", 1};
  backup::Settings settings;
  std::optional<runtime::Timetable> timetable;
  std::function<void(std::string_view, const std::string&, const CancelToken&)> before;
  std::vector<std::pair<std::string, std::shared_ptr<Script>>> scripts;
  WallTime wall_start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
  std::chrono::seconds set_off{0};
  std::vector<Error> errors;
  bool is_ready = false;
};

}  // namespace sidekick::test
