#include "sale/listing_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/gzip.h"

namespace stagedoor::sale {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReading = "reading";
// For the group of the web server, where the folder is the group's.
constexpr mode_t kFileMode = 0640;

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool replace(const fs::path& path, std::string_view content) {
  const std::string fresh = path.string() + ".new";
  {
    const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
    if (!file.is_open()) return false;
    // Whatever mask this process has been started with.
    if (fchmod(file.number(), kFileMode) == 0 && write_all(file.number(), content) &&
        rename(fresh.c_str(), path.c_str()) == 0) {
      return true;
    }
  }
  unlink(fresh.c_str());
  return false;
}

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path compressed(fs::path path) { return path += ".gz"; }

void remove_idle(const fs::path& folder) {
  std::error_code ignored;
  const auto idle_since = fs::file_time_type::clock::now() - ListingFiles::kIdleMax;
  for (const auto& date : fs::directory_iterator(folder, ignored)) {
    // Each reading replaces a file, which changes the folder.
    const auto used_at = fs::last_write_time(date.path(), ignored);
    if (ignored || used_at > idle_since) continue;
    if (ListingFiles::Lock(date.path()).is_held()) fs::remove_all(date.path(), ignored);
  }
}

}  // namespace

ListingFiles::Lock::Lock(const fs::path& folder)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      held_(folder_.is_open() && flock(folder_.number(), LOCK_EX | LOCK_NB) == 0) {}

ListingFiles::ListingFiles(fs::path folder, const ListedDate& date)
    : folder_(std::move(folder)),
      place_(folder_ /
             (std::to_string(date.concert_id.value) + "-" + std::to_string(date.date_id.value))) {}

fs::path ListingFiles::path_of(std::string_view version, bool available_only) const {
  return folder_ / name_of(version, available_only);
}

std::string ListingFiles::name_of(std::string_view version, bool available_only) const {
  return place_.filename().string() + "/" + std::string(version) +
         (available_only ? ".available.json" : ".json");
}

std::optional<SeatsReading> ListingFiles::reading(bool head_only) const {
  const fs::path path = place_ / kReading;
  if (!head_only) return parse_reading(read_whole(path));
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  std::array<char, kReadingHeadBytes> head{};
  const ssize_t got = ::read(file.number(), head.data(), head.size());
  if (got <= 0) return std::nullopt;
  return parse_reading_head({head.data(), static_cast<std::size_t>(got)});
}

bool ListingFiles::has(std::string_view version, bool available_only) const {
  return access(path_of(version, available_only).c_str(), R_OK) == 0;
}

bool ListingFiles::exist() const { return access(place_.c_str(), W_OK) == 0; }

void ListingFiles::create() const {
  remove_idle(folder_);
  std::error_code ignored;
  fs::create_directories(place_, ignored);
}

// The compressed one first: the web server looks for it where the other one is.
bool ListingFiles::write(std::string_view version, bool available_only,
                         std::string_view json) const {
  const fs::path path = path_of(version, available_only);
  return replace(compressed(path), gzip(json)) && replace(path, json);
}

bool ListingFiles::set_reading(const SeatsReading& reading) const {
  return replace(place_ / kReading, encode_reading(reading));
}

void ListingFiles::keep_only(std::string_view version, std::string_view version_before) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(place_, ignored)) {
    const std::string name = entry.path().filename();
    const std::string named = name.substr(0, name.find('.'));
    const bool is_kept = named == version || named == version_before || named == kReading;
    if (!is_kept || name.ends_with(".new")) fs::remove(entry.path(), ignored);
  }
}

}  // namespace stagedoor::sale
