/// The settings of `verify`: values only, already parsed and checked one by one.
#pragma once

#include <string>
#include <vector>

#include "filters/age.hpp"

namespace sidekick::verify {

struct Settings {
  std::string path;  ///< an archive, a dump folder, a .bson file, a stored backup; "-": standard input
  std::vector<filters::AgeIdentity> identities;
};

}  // namespace sidekick::verify
