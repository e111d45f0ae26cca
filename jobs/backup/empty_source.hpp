/// Whether a source may have nothing in it.
#pragma once

namespace sidekick::backup {

/// `refused`: a source with nothing in it is an Error of kind no_input, since that is more often a mistake than meant.
enum class EmptySource { refused, allowed };

}  // namespace sidekick::backup
