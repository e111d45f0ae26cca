/// Removes credentials from text; see redact_url() for a value that is a URL as a whole.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// Removes what precedes an '@' in each word (between blanks) that looks like a URL or a login: "cannot reach
/// 'mongodb://user:pw@host/'" becomes "cannot reach 'mongodb://host/'", "user:pw@host" becomes "***@host". A word with
/// '@' and neither "://" nor ':' before it stays as it is: "root@host".
std::string redact_words(std::string_view text);

}  // namespace sidekick
