#include "cluster/cluster.h"

#include <signal.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/concurrency.h"

namespace stagedoor::testing {
namespace {

constexpr std::chrono::seconds kGoneWithin{10};
constexpr std::chrono::seconds kWholeWithin{90};
constexpr std::size_t kCurrentSessions = 4;
constexpr std::size_t kStatus = 17;

const Variables kNetwork = {{"CLUSTER_NODE_ADDRESSES", "10.77.0.11 10.77.0.12 10.77.0.13"},
                            {"CLUSTER_NODE_NAMESPACES", "db1 db2 db3"},
                            {"CLUSTER_PROXY_ADDRESS", "10.77.0.1"}};

std::string run_or_throw(const std::vector<std::string>& command, const Variables& variables = {},
                         std::string_view input = {}) {
  const CommandResult result = run_command(command, variables, input);
  if (result.exit_code != 0) throw std::runtime_error(command[0] + ":\n" + result.out + result.err);
  return result.out;
}

void set_link(int node, const std::string& state) {
  run_or_throw({"ip", "link", "set", "db" + std::to_string(node), state});
}

}  // namespace

pid_t start_in(const std::string& network, const std::vector<std::string>& command,
               const std::filesystem::path& log) {
  std::vector<std::string> words{"sh", "-c", R"(log=$0; setsid "$@" >>"$log" 2>&1 & echo $!)", log};
  if (!network.empty()) words.insert(words.end(), {"ip", "netns", "exec", network});
  words.insert(words.end(), command.begin(), command.end());
  return std::stoi(run_or_throw(words));
}

void kill_process(pid_t pid) {
  kill(pid, SIGKILL);
  if (!eventually(kGoneWithin, [&] { return !is_alive(pid); })) {
    throw std::runtime_error("a process survived SIGKILL");
  }
}

Cluster::Cluster(std::string engine) : engine_(std::move(engine)) {
  tool({"up", engine_});
  repair();
}

Cluster::~Cluster() {
  try {
    tool({"down"});
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
}

std::string Cluster::tool(const std::vector<std::string>& arguments) const {
  Variables variables = kNetwork;
  variables["CLUSTER_HOME"] = folder_.path() / "cluster";
  std::vector<std::string> command{STAGEDOOR_CLUSTER};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_or_throw(command, variables);
}

std::string Cluster::content(const std::string& name) const {
  std::ifstream file(folder_.path() / "cluster" / name);
  std::string line;
  std::getline(file, line);
  return line;
}

pid_t Cluster::pid(const std::string& name) const { return std::stoi(content(name + ".pid")); }

Variables Cluster::settings() const {
  return {{"STAGEDOOR_DB", content("db_url")}, {"STAGEDOOR_DB_ADMIN", content("db_admin_url")}};
}

void Cluster::repair() {
  tool({"up"});
  const bool is_whole = eventually(kWholeWithin, [&] {
    const std::string status = tool({"status"});
    static const std::regex usable("(Synced|ONLINE) +(reader|writer)");
    return std::distance(std::sregex_iterator(status.begin(), status.end(), usable), {}) == 3 &&
           writer() != 0;
  });
  if (!is_whole) throw std::runtime_error("the cluster is not whole:\n" + tool({"status"}));
}

std::string Cluster::statistic(int node, std::size_t column) const {
  const std::string socket = "UNIX-CONNECT:" + (folder_.path() / "cluster/proxy.sock").string();
  std::istringstream lines(run_command({"socat", "-t", "2", "-", socket}, {}, "show stat\n").out);
  const std::string wanted = "writer,node" + std::to_string(node) + ",";
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(wanted)) continue;
    std::istringstream fields(line);
    std::string field;
    for (std::size_t i = 0; i <= column; ++i) std::getline(fields, field, ',');
    return field;
  }
  return "";
}

int Cluster::writer() const {
  int found = 0;
  for (int node = 1; node <= 3; ++node) {
    if (!statistic(node, kStatus).starts_with("UP")) continue;
    if (found != 0) return 0;
    found = node;
  }
  return found;
}

int Cluster::sessions_on(int node) const {
  const std::string sessions = statistic(node, kCurrentSessions);
  return sessions.empty() ? 0 : std::stoi(sessions);
}

void Cluster::kill(int node) { tool({"kill", std::to_string(node)}); }
void Cluster::freeze(int node) { ::kill(pid("node" + std::to_string(node)), SIGSTOP); }
void Cluster::thaw(int node) { ::kill(pid("node" + std::to_string(node)), SIGCONT); }
void Cluster::cut_off(int node) { set_link(node, "down"); }
void Cluster::connect(int node) { set_link(node, "up"); }
void Cluster::switch_to(int node) { tool({"switch", std::to_string(node)}); }

void Cluster::kill_proxy() { kill_process(pid("proxy")); }

void Cluster::run_proxy_that_keeps_sessions() {
  const std::filesystem::path folder = folder_.path() / "cluster";
  run_or_throw({"sed", "-i", "s/ on-marked-down shutdown-sessions//", folder / "haproxy.cfg"});
  const pid_t proxy =
      start_in("", {"haproxy", "-db", "-f", folder / "haproxy.cfg"}, folder / "proxy.log");
  std::ofstream(folder / "proxy.pid") << proxy << '\n';
}

std::vector<Row> Cluster::query(std::string_view sql) const {
  static const std::regex form("mysql://([^:]+):([^@]+)@([^:]+):([0-9]+)/(.+)");
  std::smatch part;
  const std::string url = content("db_admin_url");
  if (!std::regex_match(url, part, form)) throw std::runtime_error("no address of the cluster");
  std::istringstream lines(run_or_throw(
      {"mariadb", "--no-defaults", "--batch", "--skip-column-names", "--user=" + part[1].str(),
       "--host=" + part[3].str(), "--port=" + part[4].str(), part[5].str()},
      {{"MYSQL_PWD", part[2].str()}}, sql));
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Row& row = rows.emplace_back();
    for (std::string field; std::getline(fields, field, '\t');) row.push_back(field);
  }
  return rows;
}

}  // namespace stagedoor::testing
