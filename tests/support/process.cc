#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace stagedoor::testing {
namespace {

// A file in memory: unlike a pipe it never fills, and a daemon that keeps it open blocks no reader.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content = {})
      : descriptor_(memfd_create("stagedoor-test", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    while (!content.empty()) {
      const ssize_t written = write(descriptor_, content.data(), content.size());
      if (written < 0) throw std::system_error(errno, std::generic_category(), "write");
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    lseek(descriptor_, 0, SEEK_SET);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::string content() const {
    std::string content;
    std::string chunk(65536, '\0');
    ssize_t got = 0;
    while ((got = pread(descriptor_, chunk.data(), chunk.size(),
                        static_cast<off_t>(content.size()))) > 0) {
      content.append(chunk, 0, static_cast<std::size_t>(got));
    }
    return content;
  }

 private:
  int descriptor_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> child_environment(const Variables& variables) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    if (!text.starts_with("STAGEDOOR_") && !variables.contains(name)) result.emplace_back(text);
  }
  for (const auto& [name, value] : variables) {
    std::string entry = name;
    entry += '=';
    entry += value;
    result.push_back(entry);
  }
  return result;
}

std::string file_content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  // Not by iterators: those throw when a process ends while its file is read.
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<pid_t> all_pids() {
  std::vector<pid_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  return pids;
}

struct ProcessStat {
  char state = 'X';
  pid_t parent = 0;
};

std::optional<ProcessStat> stat_of(pid_t pid) {
  const std::string stat = file_content("/proc/" + std::to_string(pid) + "/stat");
  // The name in parentheses may itself contain spaces and parentheses.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || stat.size() < name_end + 5) return std::nullopt;
  ProcessStat result;
  result.state = stat[name_end + 2];
  std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), result.parent);
  return result;
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& argv, const Variables& variables,
                          std::string_view input) {
  const MemoryFile in(input);
  const MemoryFile out;
  const MemoryFile err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), 2);

  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment = child_environment(variables);
  const auto started = std::chrono::steady_clock::now();
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0].c_str(), &actions, nullptr,
                                 pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot run " + argv[0]);

  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  CommandResult result;
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = out.content();
  result.err = err.content();
  return result;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const pid_t pid : all_pids()) {
    const auto stat = stat_of(pid);
    if (stat && stat->parent == parent && stat->state != 'Z') children.push_back(pid);
  }
  std::sort(children.begin(), children.end());
  return children;
}

bool is_alive(pid_t pid) {
  const auto stat = stat_of(pid);
  return stat && stat->state != 'Z' && stat->state != 'X';
}

std::vector<pid_t> processes_mentioning(std::string_view text) {
  std::vector<pid_t> found;
  for (const pid_t pid : all_pids()) {
    if (pid == getpid() || !is_alive(pid)) continue;
    const std::string directory = "/proc/" + std::to_string(pid);
    const bool mentions = file_content(directory + "/cmdline").find(text) != std::string::npos ||
                          file_content(directory + "/environ").find(text) != std::string::npos;
    if (mentions) found.push_back(pid);
  }
  return found;
}

}  // namespace stagedoor::testing
