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

// Makes such a folder that stays.
std::filesystem::path make_temporary_folder();

}  // namespace stagedoor::testing
