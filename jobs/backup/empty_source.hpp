/// Whether a source may be empty.
#pragma once

namespace sidekick::backup {

/// `refused`: an empty source is an Error of kind no_input, since it is more often a mistake than intended.
enum class EmptySource { refused, allowed };

}  // namespace sidekick::backup
