#include "support/installation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "support/concurrency.h"
#include "support/endpoints.h"
#include "support/temporary_folder.h"

namespace stagedoor::testing {
namespace {

constexpr auto kDiesWithin = std::chrono::seconds(10);
constexpr std::ptrdiff_t kLogLinesShown = 10;
constexpr auto kLeavesWithin = std::chrono::seconds(5);
// A processor that is taken away for a while is no memcached that hangs, and no overload.
const Variables kPatient = {{"STAGEDOOR_MEMCACHED_TIMEOUT", "500"},
                            {"STAGEDOOR_WAIT_MAX", "20000"}};

std::filesystem::path source_directory() { return STAGEDOOR_SOURCE_DIR; }
std::filesystem::path binary_directory() { return STAGEDOOR_BIN; }

std::unique_ptr<Installation>& shared_instance() {
  static std::unique_ptr<Installation> instance;
  return instance;
}

bool is_free(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int result = bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
  close(descriptor);
  return result == 0;
}

// No other process that runs tests gets this port before this one ends: it is seconds until a
// server listens there. The name is of no file, so nothing is left behind.
bool reserve(int port) {
  const std::string name = "stagedoor-test-port-" + std::to_string(port);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
  close(descriptor);
  return false;
}

Variables with_defaults(Variables settings, const Variables& defaults) {
  settings.insert(defaults.begin(), defaults.end());
  return settings;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string without_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool is_above_error(const std::string& line) {
  for (const char* level : {"[crit]", "[alert]", "[emerg]"}) {
    if (line.find(level) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

// Below the ephemeral range, where an outgoing connection could take the port before nginx does.
int free_port() {
  const char* chosen = std::getenv("TEST_PORTS_FROM");
  const int first = chosen == nullptr ? 21'000 : std::stoi(chosen);
  std::random_device random;
  std::uniform_int_distribution<int> ports(first, first + 999);
  for (int attempt = 0; attempt < 200; ++attempt) {
    const int port = ports(random);
    if (is_free(port) && reserve(port)) return port;
  }
  throw std::runtime_error("no free port from " + std::to_string(first) + " on");
}

Installation::Installation(Variables settings)
    : Installation(source_directory() / "stagedoor",
                   with_defaults(std::move(settings), {{"STAGEDOOR_BIN", binary_directory()}})) {}

Installation::Installation(const std::filesystem::path& command, Variables settings)
    : command_(command),
      home_(make_temporary_folder()),
      port_(free_port()),
      variables_(with_defaults(with_defaults(std::move(settings), kPatient),
                               {{"STAGEDOOR_RATE_LIMITS", "off"}})) {
  variables_["STAGEDOOR_HOME"] = home_;
  variables_["STAGEDOOR_PORT"] = std::to_string(port_);
  start_janitor();
  try {
    copy_template();
    up();
  } catch (...) {
    stop();
    keep_home();
    throw;
  }
}

ReadOnlyDatabase::ReadOnlyDatabase(const Installation& installation) : installation_(installation) {
  installation_.query_as_owner("SET GLOBAL read_only = 1");
}

ReadOnlyDatabase::~ReadOnlyDatabase() {
  try {
    installation_.query_as_owner("SET GLOBAL read_only = 0");
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
}

ImpatientHandlers::ImpatientHandlers(Installation& installation) : installation_(installation) {
  for (const auto& [name, value] : kPatient) installation_.variables_.erase(name);
  installation_.up();
}

ImpatientHandlers::~ImpatientHandlers() {
  installation_.variables_.insert(kPatient.begin(), kPatient.end());
  try {
    installation_.up();
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
}

Installation::~Installation() {
  try {
    const CommandResult audit = run({"audit"});
    EXPECT_EQ(audit.exit_code, 0) << "audit:\n" << audit.out << audit.err;
    stop();
    report_alerts();
    std::vector<pid_t> left;
    eventually(kLeavesWithin, [&] {
      left = processes_left();
      return left.empty();
    });
    for (const pid_t pid : left) {
      ADD_FAILURE() << "process " << pid
                    << " is left: " << content_of("/proc/" + std::to_string(pid) + "/cmdline");
    }
    if (::testing::UnitTest::GetInstance()->Failed()) {
      keep_home();
    } else {
      std::filesystem::remove_all(home_);
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

Installation& Installation::shared() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  auto& instance = shared_instance();
  if (instance != nullptr) return *instance;
  static bool tried = false;
  if (std::exchange(tried, true)) {
    throw std::runtime_error("the installation did not come up, see the first test");
  }
  instance = std::make_unique<Installation>();
  return *instance;
}

void Installation::share(std::unique_ptr<Installation> installation) {
  shared_instance() = std::move(installation);
}

void Installation::stop_shared() { shared_instance().reset(); }

std::string Installation::origin() const {
  return balancer_.empty() ? "http://127.0.0.1:" + std::to_string(port_) : balancer_;
}

// A test process may be killed by a debugger or a timeout. A shell that waits for the end of a pipe
// then still stops the servers and keeps their logs; at an orderly end it reads a word and does
// nothing.
void Installation::start_janitor() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  const std::string script =
      "trap '' INT TERM HUP; read -r word || { \"$0\" down; rm -rf \"$1/db\"; }";
  const std::string command = command_;
  std::string home_variable = "STAGEDOOR_HOME=" + home_.string();
  std::string port_variable = "STAGEDOOR_PORT=" + std::to_string(port_);
  std::string path_variable = "PATH=" + std::string(getenv("PATH"));
  char* environment[] = {home_variable.data(), port_variable.data(), path_variable.data(), nullptr};
  std::string words[] = {"sh", "-c", script, command, home_.string()};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int error = posix_spawnp(&janitor_, "sh", &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  janitor_pipe_ = ends[1];
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot run sh");
}

void Installation::stop() {
  const CommandResult down = run({"down"});
  EXPECT_EQ(down.exit_code, 0) << "down:\n" << down.out << down.err;
  if (janitor_pipe_ < 0) return;
  [[maybe_unused]] const ssize_t written = write(janitor_pipe_, "done\n", 5);
  close(janitor_pipe_);
  janitor_pipe_ = -1;
  waitpid(janitor_, nullptr, 0);
}

// TEST_TEMPLATE names what make_template.sh has made. An installed tree starts from nothing, and so
// does one that has its database elsewhere.
void Installation::copy_template() const {
  const char* folder = std::getenv("TEST_TEMPLATE");
  if (folder == nullptr || command_ != source_directory() / "stagedoor") return;
  if (variables_.contains("STAGEDOOR_DB")) return;
  const CommandResult copied =
      run_command({"cp", "-a", "--sparse=always", std::string(folder) + "/.", home_}, {});
  if (copied.exit_code != 0) throw std::runtime_error(copied.err);
}

void Installation::keep_home() const {
  std::cerr << "kept " << home_ << ", where the servers wrote last:\n";
  std::error_code no_folder;
  for (const auto& entry : std::filesystem::directory_iterator(home_ / "log", no_folder)) {
    const std::string name = entry.path().filename();
    if (name.ends_with("access.log") || entry.file_size() == 0) continue;
    std::vector<std::string> lines = split(content_of(entry.path()), '\n');
    lines.erase(lines.begin(), lines.end() - std::min(kLogLinesShown, std::ssize(lines)));
    std::cerr << "== " << name << '\n';
    for (const std::string& line : lines) std::cerr << line << '\n';
  }
}

void Installation::report_alerts() const {
  for (const std::string& line : split(log("nginx.error.log"), '\n')) {
    const bool expected =
        std::any_of(expected_alerts_.begin(), expected_alerts_.end(),
                    [&](const std::string& text) { return line.find(text) != std::string::npos; });
    if (is_above_error(line) && !expected) ADD_FAILURE() << "nginx logged: " << line;
  }
}

CommandResult Installation::run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv{command_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_command(argv, variables_);
}

void Installation::up() {
  const CommandResult result = run({"up"});
  if (result.exit_code != 0) {
    throw std::runtime_error("stagedoor up failed with " + std::to_string(result.exit_code) + "\n" +
                             result.out + result.err);
  }
}

std::filesystem::path Installation::binary(const std::string& name) {
  return binary_directory() / name;
}

pid_t Installation::pid(const std::string& part) const {
  const std::filesystem::path path = home_ / "run" / (part + ".pid");
  std::ifstream file(path);
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 1) throw std::runtime_error("no pid in " + path.string());
  return pid;
}

bool Installation::runs(const std::string& part) const {
  return std::filesystem::exists(home_ / "run" / (part + ".pid")) && is_alive(pid(part));
}

std::vector<pid_t> Installation::processes(const std::string& handler) const {
  return children_of(pid(handler));
}

std::map<std::string, std::vector<pid_t>> Installation::processes() const {
  std::map<std::string, std::vector<pid_t>> result;
  for (const std::string& handler : handlers()) {
    if (runs(handler)) result[handler] = processes(handler);
  }
  return result;
}

std::vector<pid_t> Installation::processes_left() const {
  std::vector<pid_t> left = processes_mentioning(home_.string());
  std::erase(left, janitor_);
  return left;
}

void Installation::kill_part(const std::string& part) {
  const pid_t victim = pid(part);
  kill(victim, SIGKILL);
  if (!eventually(kDiesWithin, [&] { return !is_alive(victim); })) {
    throw std::runtime_error(part + " survived SIGKILL");
  }
}

void Installation::signal_part(const std::string& part, int signal) const {
  kill(pid(part), signal);
}

std::vector<Row> Installation::query(std::string_view sql) const {
  return query_with({"--user=stagedoor"}, {{"MYSQL_PWD", secret("db_password")}}, sql);
}

std::vector<Row> Installation::query_as_owner(std::string_view sql) const {
  return query_with({"--default-character-set=utf8"}, {}, sql);
}

std::vector<Row> Installation::query_with(const std::vector<std::string>& options,
                                          const Variables& variables, std::string_view sql) const {
  std::vector<std::string> command{"mariadb", "--no-defaults", "--batch", "--skip-column-names",
                                   "--socket=" + (home_ / "run/mariadb.sock").string()};
  command.insert(command.end(), options.begin(), options.end());
  command.emplace_back("stagedoor");
  const CommandResult result = run_command(command, variables, sql);
  if (result.exit_code != 0) {
    throw std::runtime_error(result.err + "in: " + std::string(sql.substr(0, 500)));
  }
  std::vector<Row> rows;
  for (const std::string& line : split(result.out, '\n')) rows.push_back(split(line, '\t'));
  return rows;
}

std::string Installation::query_value(std::string_view sql) const {
  const std::vector<Row> rows = query(sql);
  if (rows.size() != 1 || rows[0].size() != 1) {
    throw std::runtime_error("not one value: " + std::string(sql));
  }
  return rows[0][0];
}

std::map<std::string, std::string> Installation::row_counts() const {
  std::string sql;
  for (const Row& row : query("SHOW TABLES")) {
    sql += "SELECT '" + row.at(0) + "', COUNT(*) FROM `" + row.at(0) + "`;";
  }
  std::map<std::string, std::string> counts;
  for (const Row& row : query(sql)) counts[row.at(0)] = row.at(1);
  return counts;
}

std::string Installation::memcached(std::string_view command) const {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = home_ / "run/memcached.sock";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    throw std::runtime_error("cannot connect to " + path);
  }
  const std::string line = std::string(command) + "\r\n";
  send(descriptor, line.data(), line.size(), MSG_NOSIGNAL);
  std::string answer;
  char chunk[4096];
  const auto is_complete = [&] {
    return answer.ends_with("END\r\n") || answer.ends_with("OK\r\n") ||
           answer.ends_with("ERROR\r\n");
  };
  while (!is_complete()) {
    const ssize_t got = recv(descriptor, chunk, sizeof chunk, 0);
    if (got <= 0) break;
    answer.append(chunk, static_cast<std::size_t>(got));
  }
  close(descriptor);
  return answer;
}

long Installation::memcached_hits() const {
  const std::string stats = memcached("stats");
  const std::string name = "STAT get_hits ";
  const std::size_t found = stats.find(name);
  if (found == std::string::npos) throw std::runtime_error("no get_hits in " + stats);
  return std::stol(stats.substr(found + name.size()));
}

std::string Installation::log(const std::string& name) const {
  return content_of(home_ / "log" / name);
}

std::string Installation::secret(const std::string& name) const {
  return without_newline(content_of(home_ / "secrets" / name));
}

}  // namespace stagedoor::testing
