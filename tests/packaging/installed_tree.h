#pragma once

#include <filesystem>

#include "support/temporary_folder.h"

namespace stagedoor::testing {

// What `cmake --install` puts below a prefix that is neither the source nor the build: once for all
// tests. Throws with the output of cmake when that fails.
const std::filesystem::path& installed_prefix();

}  // namespace stagedoor::testing
