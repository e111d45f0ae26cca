/// Where the ledger of seeds is in a server.
#pragma once

namespace sidekick::mongo {

inline constexpr const char* ledger_db = "sidekick";
inline constexpr const char* ledger_collection = "seeds";

}  // namespace sidekick::mongo
