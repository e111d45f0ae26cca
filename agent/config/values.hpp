/// The values of a command, each with its source, read as the required type.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/review.hpp"
#include "agent/config/setting.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

enum class Source { flag, environment, file, fallback };

struct Value {
  std::vector<std::string> texts;
  Source source = Source::fallback;
  Arity arity = Arity::one;
  std::string origin;  ///< "--uri", "SIDEKICK_URI_FILE", "key 'uri' of 'x.yml'"; empty for a default
  Form form = Form::free;
  bool is_unread = false;  ///< it is in a file that was not touched: `texts` is one empty text
};

/// Names are those of Setting::name. For an invalid text every getter reports Error of kind usage (the value is from a
/// flag) or config (it is not) that names the source, and returns what it returns if nothing is given. To report is to
/// throw, unless the values are under review. Immutable after it is filled.
class Values {
 public:
  void set(std::string_view name, Value value);

  /// From now on, also in copies, reports are added to `review`, which outlives them, instead of being thrown. nullptr:
  /// they are thrown.
  void put_under(Review* review) noexcept { review_ = review; }

  /// Throws `error`, or adds it to the review.
  void report(const Error& error) const;

  /// Returns what `work` returns. Reports the Error that it throws, and returns a default value then.
  template <class Work>
  auto judge(Work work) const {
    return review_ != nullptr ? review_->collect(std::move(work)) : work();
  }

  /// The same for a parser that does not know where the value of `name` is from: its Error names that instead of
  /// "--name".
  template <class Work>
  auto judge(std::string_view name, Work work) const {
    return judge([&] {
      try {
        return work();
      } catch (const Error& error) {
        throw with_origin(name, error);
      }
    });
  }

  /// False if a problem was reported or files are untouched: then no job may be made from the values.
  bool may_be_used() const noexcept;

  /// False if the files that settings name must not be opened.
  bool reads_files() const noexcept { return review_ == nullptr || review_->reads_files(); }

  /// The content of a file that a setting names, as read_secret_file() returns it. Reports what that throws. Returns
  /// nothing then, and if files must not be opened.
  std::optional<Secret> file(const std::string& path, std::string_view what) const;

  /// nullptr if there is not even a default.
  const Value* find(std::string_view name) const noexcept;

  /// True when it was given and is not merely the default. A flag given as false counts as not given.
  bool given(std::string_view name) const;

  /// True if it is in a file that was not opened: its text and its list are empty.
  bool is_unread(std::string_view name) const noexcept;

  bool flag(std::string_view name) const;
  std::string text(std::string_view name) const;
  Secret secret(std::string_view name) const { return Secret(text(name)); }
  std::vector<std::string> list(std::string_view name) const;
  /// How often a count was given; 0 when not given.
  int count(std::string_view name) const;
  std::optional<int> integer(std::string_view name, int min, int max) const;
  /// Parsed according to its form; negative only where that allows a sign.
  std::optional<std::chrono::milliseconds> duration(std::string_view name) const;
  /// One of `allowed`; empty when not given and without a default.
  std::string choice(std::string_view name, const std::vector<std::string_view>& allowed) const;

  /// The error for a value that is not one of `allowed`; the hint names the nearest.
  Error bad_choice(std::string_view name, const std::vector<std::string_view>& allowed) const;

  /// An error about the value of `name`: "--workers '0': not a number from 1 to 64".
  Error bad_value(std::string_view name, const std::string& cause, std::string hint = {}) const;

  /// The same without the value, where `cause` contains the invalid part, or where it may be a secret: "--keep: rule
  /// 'last=x': not a number".
  Error bad_setting(std::string_view name, const std::string& cause, std::string hint = {}) const;

 private:
  Error with_origin(std::string_view name, const Error& error) const;

  std::map<std::string, Value, std::less<>> values_;
  Review* review_ = nullptr;
};

/// true, 1, yes, on, the other values that Go accepts for true, and their opposites; nothing for other texts.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace sidekick::config
