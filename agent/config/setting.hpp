/// The single description of a setting; flags, environment, file, help, man page and completions follow from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sidekick::config {

enum class Arity {
  flag,            ///< given or not; --x=false revokes it
  one,             ///< one value; the last one given counts
  optional_value,  ///< --x alone means `implied`
  repeated,        ///< may be given several times
  count,           ///< given n times, or --x=n
};

enum class Secrecy {
  open,
  secret,  ///< never printed
  url,     ///< may hold a password: printed without credentials
};

/// The syntax of a value, unless the code that reads it checks it.
enum class Form {
  free,
  number,
  go_duration,  ///< "1m30s", and everything else that Go accepts, such as signs and fractions
  seconds,      ///< a plain number of seconds, or a duration
  lines,        ///< JSON, a command or a key in PEM: may contain line breaks and tabs
};

/// How several values are written in one variable.
enum class List {
  lines_or_commas,
  colons,
  whole,  ///< there is only one
};

enum class Levels {
  highest_counts,
  all_count,  ///< flags are added to the environment
};

enum class FileTwin {
  where_secret,
  own_setting,  ///< the schema has its own setting `name`-file, or none
};

/// Views of string literals: a description lives as long as the program.
struct Setting {
  // Without an initializer the compiler warns of every member that a description omits.
  // NOLINTBEGIN(readability-redundant-string-init)
  std::string_view name = "";  ///< the long flag without its dashes
  char short_name = '\0';
  std::string_view alias = "";       ///< a second long name, with its own environment variable
  std::string_view value_name = "";  ///< placeholder of the value in the help
  std::string_view help = "";
  std::string_view remark = "";  ///< how it differs from the peer's flag of the same name
  std::string_view group = "";
  std::string_view fallback = "";  ///< the default, as a user would write it; empty: none
  std::string_view implied = "";   ///< the value of an optional_value flag that is given alone
  /// The peer's variables for it, separated by blanks; a deprecated one begins with '!'. The last one that is set
  /// counts.
  std::string_view peer_variables = "";
  /// A variable with a generic name: it counts only where no setting of the peer was given.
  std::string_view generic_variable = "";
  std::string_view deprecated_for = "";  ///< the flag to use instead, without its dashes; "-" where none is needed
  // NOLINTEND(readability-redundant-string-init)
  Arity arity = Arity::one;
  Secrecy secrecy = Secrecy::open;
  Form form = Form::free;
  List list = List::lines_or_commas;
  Levels levels = Levels::highest_counts;
  FileTwin file_twin = FileTwin::where_secret;

  /// True when `name`-file names a file that holds the value.
  bool has_file_twin() const noexcept { return secrecy != Secrecy::open && file_twin == FileTwin::where_secret; }

  /// True where the peer has the flag and treats an empty text as not given.
  bool may_be_empty() const noexcept {
    return !peer_variables.empty() && (form == Form::free || form == Form::lines) && arity != Arity::flag &&
           arity != Arity::count;
  }
};

/// All settings of one command.
struct Schema {
  std::string_view command;
  std::string_view summary;
  std::string_view arguments;    ///< arguments after the flags, for the help; empty: none
  std::string_view description;  ///< paragraphs for help and man page
  std::vector<Setting> settings;
  std::vector<std::string_view> file_keys;  ///< the settings that the file named by --config may hold
  /// The settings that most users need, at most ten: what --help shows. Empty: --help shows all.
  std::vector<std::string_view> first = {};
  std::string_view variables = {};   ///< which flags are variables too, for the help; empty: all
  std::string_view exit_codes = {};  ///< for help and man page, where they differ from those of every job

  /// The setting with that name or alias, or nullptr.
  const Setting* find(std::string_view name) const noexcept;

  /// True when --help shows the setting.
  bool is_first(const Setting& setting) const noexcept;
};

/// A variable of the peer for a setting.
struct PeerVariable {
  std::string_view name;
  enum class Standing { current, deprecated } standing;
};

/// The peer's variables of `setting`, in the order of their description.
std::vector<PeerVariable> peer_variables(const Setting& setting);

/// The variable of a flag: nsInclude is SIDEKICK_NS_INCLUDE, retry-for is SIDEKICK_RETRY_FOR, sslCAFile is
/// SIDEKICK_SSL_CA_FILE.
std::string environment_name(std::string_view flag);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a typo; else empty. Ignores case.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "did you mean 'x'?" for the nearest candidate, or empty: the hint for an error about `word`.
std::string nearest_hint(std::string_view word, std::string_view prefix,
                         const std::vector<std::string_view>& candidates);

}  // namespace sidekick::config
