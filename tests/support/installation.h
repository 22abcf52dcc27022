#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.h"

namespace stagedoor::testing {

using Row = std::vector<std::string>;

// A port of 127.0.0.1 without a listener, one of the thousand from TEST_PORTS_FROM (21000) on.
// Other tests do not get it while this process runs.
int free_port();

// A running Stagedoor of its own: home, port, database, memcached, nginx and handlers, started by
// the shipped command line and stopped when it goes out of scope. Then it also fails the test when
// nginx logged anything above `error` that no test expected, when the audit finds a violation, or
// when a process is left. The home of a failed run is kept; its path and the ends of its logs are
// printed.
class Installation {
 public:
  // Rate limits are off and memcached is waited for patiently unless `settings` says otherwise.
  // Throws std::runtime_error with the whole output when it does not come up.
  explicit Installation(Variables settings = {});
  // Of an installed tree, by its own `stagedoor`.
  Installation(const std::filesystem::path& command, Variables settings);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // The one that all tests of a binary use: made at the first call, stopped after the last test.
  static Installation& shared();
  static void stop_shared();
  // Makes this the shared one. REQUIRES: it was not asked for yet.
  static void share(std::unique_ptr<Installation> installation);

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string origin() const;
  // From now on the words of tests send to this origin, a balancer's, in place of nginx.
  void stand_behind(const std::string& origin) { balancer_ = origin; }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const Variables& variables() const { return variables_; }

  // ./stagedoor with these arguments, in this installation.
  [[nodiscard]] CommandResult run(const std::vector<std::string>& arguments) const;
  // Starts again whatever does not run. Throws with the output on failure.
  void up();

  [[nodiscard]] static std::filesystem::path binary(const std::string& name);

  // The recorded pid of mariadb, memcached, nginx, or of a handler's multiwatch.
  [[nodiscard]] pid_t pid(const std::string& part) const;
  [[nodiscard]] bool runs(const std::string& part) const;
  // The pids of a handler's own processes; of all handlers that have any by name.
  [[nodiscard]] std::vector<pid_t> processes(const std::string& handler) const;
  [[nodiscard]] std::map<std::string, std::vector<pid_t>> processes() const;
  // Whatever still runs of this installation.
  [[nodiscard]] std::vector<pid_t> processes_left() const;
  // SIGKILL, and waits until it is gone.
  void kill_part(const std::string& part);
  void signal_part(const std::string& part, int signal) const;

  // Runs SQL (several statements if you like) as the handlers' own database user; NULL reads
  // "NULL". Throws with the client's message on failure.
  std::vector<Row> query(std::string_view sql) const;
  // The same with the account of whoever started the server, who may do everything with it.
  std::vector<Row> query_as_owner(std::string_view sql) const;
  // The only column of the only row.
  [[nodiscard]] std::string query_value(std::string_view sql) const;
  // Rows of every table.
  [[nodiscard]] std::map<std::string, std::string> row_counts() const;

  // Writes a line to memcached and returns its answer up to END, OK or ERROR.
  std::string memcached(std::string_view command) const;
  void flush_memcached() const { memcached("flush_all"); }
  [[nodiscard]] long memcached_hits() const;

  // "" when there is no such file. `name` as in nginx.error.log
  [[nodiscard]] std::string log(const std::string& name) const;
  [[nodiscard]] std::string secret(const std::string& name) const;
  // nginx may log an alert that contains `text` without failing the run.
  void expect_nginx_alert(const std::string& text) { expected_alerts_.push_back(text); }

 private:
  friend class ImpatientHandlers;

  std::vector<Row> query_with(const std::vector<std::string>& options, const Variables& variables,
                              std::string_view sql) const;
  void start_janitor();
  void copy_template() const;
  void keep_home() const;
  void report_alerts() const;
  void stop();

  std::filesystem::path command_;
  std::filesystem::path home_;
  int port_ = 0;
  std::string balancer_;
  Variables variables_;
  std::vector<std::string> expected_alerts_;
  int janitor_pipe_ = -1;
  pid_t janitor_ = -1;
};

// Until the end of the scope the private database takes no writes, as one that was demoted.
class ReadOnlyDatabase {
 public:
  explicit ReadOnlyDatabase(const Installation& installation);
  ~ReadOnlyDatabase();
  ReadOnlyDatabase(const ReadOnlyDatabase&) = delete;
  ReadOnlyDatabase& operator=(const ReadOnlyDatabase&) = delete;

 private:
  const Installation& installation_;
};

// Until the end of the scope the handlers wait for memcached, and requests for a process, no longer
// than elsewhere. Both its ends replace the processes.
class ImpatientHandlers {
 public:
  explicit ImpatientHandlers(Installation& installation);
  ~ImpatientHandlers();
  ImpatientHandlers(const ImpatientHandlers&) = delete;
  ImpatientHandlers& operator=(const ImpatientHandlers&) = delete;

 private:
  Installation& installation_;
};

}  // namespace stagedoor::testing
