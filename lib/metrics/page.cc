#include "metrics/page.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/descriptor.h"

namespace stagedoor::metrics {
namespace {

// Linux gives out no higher pids, and start times fit into the bits that are left for ages.
constexpr int kPidBits = 22;
constexpr std::uint64_t kPidMask = (std::uint64_t{1} << kPidBits) - 1;
constexpr std::size_t kStartTimeField = 22;  // of /proc/PID/stat, counted from 1

Page* map(int descriptor, int protection) {
  void* const address = mmap(nullptr, sizeof(Page), protection, MAP_SHARED, descriptor, 0);
  return address == MAP_FAILED ? nullptr : static_cast<Page*>(address);
}

bool has_size(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && status.st_size == sizeof(Page);
}

// A page of our layout that is there, or nullptr.
Page* map_present(const std::string& path, int flags, int protection) {
  const Descriptor file(open(path.c_str(), flags | O_CLOEXEC));
  if (!file.is_open() || !has_size(file.number())) return nullptr;
  Page* const page = map(file.number(), protection);
  if (page == nullptr || page->layout.load(std::memory_order_relaxed) == kLayout) return page;
  munmap(page, sizeof(Page));
  return nullptr;
}

// Puts a new page in the place of whatever is there: processes that still use that one keep it.
Page* map_new(const std::string& path) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());
  const Descriptor file(open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open()) return nullptr;
  // All of its blocks now: writing to one that a full disk has no room for would kill the process.
  const int error = posix_fallocate(file.number(), 0, sizeof(Page));
  if (error != 0) {
    unlink(fresh.c_str());
    errno = error;
    return nullptr;
  }
  Page* const page = map(file.number(), PROT_READ | PROT_WRITE);
  if (page == nullptr) return nullptr;
  page->layout.store(kLayout, std::memory_order_relaxed);
  if (rename(fresh.c_str(), path.c_str()) == 0) return page;
  munmap(page, sizeof(Page));
  return nullptr;
}

// The fields of /proc/PID/stat behind the name, which may contain anything.
std::vector<std::string> stat_fields(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields = {"", ""};
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

std::uint64_t packed_name(int pid) {
  const auto fields = stat_fields(pid);
  if (fields.size() < kStartTimeField || fields[2] == "Z") return 0;
  const auto started = static_cast<std::uint64_t>(std::stoull(fields[kStartTimeField - 1]));
  return (started << kPidBits) | static_cast<std::uint64_t>(pid);
}

}  // namespace

Page* map_page(const std::string& directory, std::string_view handler, std::string& problem) {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  // Of several that start at once, one makes the page.
  const Descriptor lock(open((directory + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  Page* page = nullptr;
  if (lock.is_open() && flock(lock.number(), LOCK_EX) == 0) {
    const std::string path = directory + "/" + std::string(handler);
    page = map_present(path, O_RDWR, PROT_READ | PROT_WRITE);
    if (page == nullptr) page = map_new(path);
  }
  if (page == nullptr) problem = directory + ": " + std::strerror(errno);
  return page;
}

std::vector<MappedPage> read_pages(const std::string& directory) {
  std::vector<MappedPage> pages;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.find('.') != std::string::npos) continue;
    const Page* const page = map_present(entry.path(), O_RDONLY, PROT_READ);
    if (page == nullptr) continue;
    pages.push_back({name, {page, [](const Page* mapped) {
                              munmap(const_cast<Page*>(mapped), sizeof(Page));
                            }}});
  }
  std::sort(pages.begin(), pages.end(), [](const MappedPage& left, const MappedPage& right) {
    return left.handler < right.handler;
  });
  return pages;
}

ProcessName ProcessName::own() { return ProcessName(packed_name(getpid())); }

int ProcessName::pid() const { return static_cast<int>(packed_ & kPidMask); }

bool ProcessName::is_alive() const { return packed_ != 0 && packed_name(pid()) == packed_; }

std::int64_t ProcessName::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid()) + "/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return 0;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

}  // namespace stagedoor::metrics
