#pragma once

#include <filesystem>

namespace stagedoor::testing {

// A folder below the one for temporary files that goes away with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// What `cmake --install` puts below a prefix that is neither the source nor the build: once for all
// tests. Throws with the output of cmake when that fails.
const std::filesystem::path& installed_prefix();

}  // namespace stagedoor::testing
