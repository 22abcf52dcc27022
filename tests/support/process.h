#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stagedoor::testing {

using Variables = std::map<std::string, std::string>;

struct CommandResult {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out;
  std::string err;
  double seconds = 0;
};

// Runs argv[0] (searched in PATH) to its end. The child sees this process' environment without any
// STAGEDOOR_* (a developer's own installation must stay out of reach of the tests), plus
// `variables`. Processes it leaves behind do not delay the return.
CommandResult run_command(const std::vector<std::string>& argv, const Variables& variables = {},
                          std::string_view input = {});

// Pids of the living children of `parent` (zombies do not count).
std::vector<pid_t> children_of(pid_t parent);

bool is_alive(pid_t pid);

// Pids whose environment or command line contains `text`, this process aside.
std::vector<pid_t> processes_mentioning(std::string_view text);

}  // namespace stagedoor::testing
