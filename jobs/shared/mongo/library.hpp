/// How libmongoc and libbson behave in this process.
#pragma once

namespace sidekick::mongo {

/// Call this first, before a document exists. From then on the libraries write nothing to standard error, and out of
/// memory they end the process with one line and the code of ErrorKind::temporary, instead of aborting.
void prepare_libraries() noexcept;

}  // namespace sidekick::mongo
