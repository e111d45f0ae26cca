/// How libmongoc and libbson behave in this process.
#pragma once

namespace sidekick::mongo {

/// To be called first, before a document exists. From then on the libraries write nothing to standard error, and where
/// memory ends they end the process with one line and the code of ErrorKind::temporary: by themselves they abort.
void prepare_libraries() noexcept;

}  // namespace sidekick::mongo
