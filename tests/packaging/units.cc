// The units of systemd.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "packaging/installed_tree.h"
#include "support/slow_database.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace fs = std::filesystem;

namespace {

// Of 100: what systemd-analyze calls the exposure of a service. nginx of Debian has 96.
constexpr int kExposureMax = 20;

fs::path unit(const std::string& name) { return installed_prefix() / "lib/systemd/system" / name; }

sockaddr_un address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// A listening socket in the hands of a process that starts and stops a handler behind it, as
// systemd does it.
class SocketHolder {
 public:
  explicit SocketHolder(const fs::path& path) : descriptor_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un address = address_of(path);
    if (bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(descriptor_, 1024) != 0) {
      throw std::runtime_error("cannot listen on " + path.string());
    }
  }
  SocketHolder(const SocketHolder&) = delete;
  SocketHolder& operator=(const SocketHolder&) = delete;
  ~SocketHolder() {
    stop();
    close(descriptor_);
  }

  // `stagedoor handler NAME`, as in ExecStart of the unit.
  void start(const std::string& handler) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, descriptor_, 0);
    const std::string log = Installation::shared().home() / "log/unit.log";
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    std::string command = installed_prefix() / "lib/stagedoor/stagedoor";
    std::string home = "STAGEDOOR_HOME=" + Installation::shared().home().string();
    std::string path = "PATH=" + std::string(getenv("PATH"));
    std::string name = handler;
    std::string verb = "handler";
    char* arguments[] = {command.data(), verb.data(), name.data(), nullptr};
    char* environment[] = {home.data(), path.data(), nullptr};
    posix_spawn(&pid_, command.c_str(), &actions, nullptr, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
  }

  void tell_to_stop() const { kill(pid_, SIGTERM); }

  void stop() {
    if (pid_ <= 0) return;
    tell_to_stop();
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  // multiwatch, whose children are the handler's processes.
  [[nodiscard]] pid_t pid() const { return pid_; }

  // Whether a connection waits to be accepted.
  [[nodiscard]] bool has_waiting() const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return poll(&waiting, 1, 0) == 1;
  }

 private:
  int descriptor_;
  pid_t pid_ = -1;
};

// A client that connects as nginx does and sends what a test wants, when it wants.
class SlowWebServer {
 public:
  explicit SlowWebServer(const fs::path& path) : descriptor_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un address = address_of(path);
    if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect to " + path.string());
    }
  }
  SlowWebServer(const SlowWebServer&) = delete;
  SlowWebServer& operator=(const SlowWebServer&) = delete;
  ~SlowWebServer() { close(descriptor_); }

  void say(const std::string& text) const {
    EXPECT_EQ(write(descriptor_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // A GET without parameters, and all that comes back until the end.
  [[nodiscard]] std::string get() const {
    const std::string method = "REQUEST_METHOD";
    const std::string request = record(1, {0, 1, 0, 0, 0, 0, 0, 0}) +
                                record(4, std::string{char(method.size()), 3} + method + "GET") +
                                record(4, "") + record(5, "");
    say(request);
    std::string answer;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = read(descriptor_, buffer.data(), buffer.size())) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return answer;
  }

 private:
  // Of the FastCGI protocol, version 1, for request 1.
  static std::string record(char type, const std::string& content) {
    return std::string{1, type, 0, 1, 0, static_cast<char>(content.size()), 0, 0} + content;
  }

  int descriptor_;
};

// Whether a signal has come that the process has blocked: it learns of it when it waits next.
bool has_signal(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("ShdPnd:")) return line.find_first_of("123456789abcdef", 7) != line.npos;
  }
  return false;
}

// A systemctl that writes down how it was called instead of doing it.
class WrittenDownSystemctl {
 public:
  // `running`: the handlers whose units run. The call `failing` fails.
  explicit WrittenDownSystemctl(const std::vector<std::string>& running,
                                const std::string& failing = "") {
    const fs::path script = folder_.path() / "systemctl";
    std::ofstream(script) << "#!/bin/sh\necho \"$*\" >>" << calls_
                          << "\n[ \"$1\" != list-units ] || cat " << units_ << "\n[ \"$*\" != '"
                          << failing << "' ]\n";
    fs::permissions(script, fs::perms::owner_all);
    std::ofstream units(units_);
    for (const std::string& handler : running) {
      units << "stagedoor-handler@" << handler << ".service loaded active running Stagedoor\n";
    }
  }

  // ./stagedoor renew
  [[nodiscard]] CommandResult renew() const {
    return run_command({installed_prefix() / "bin/stagedoor", "renew"},
                       {{"PATH", folder_.path().string() + ":" + getenv("PATH")}});
  }
  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    std::ifstream file(calls_);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

 private:
  TemporaryFolder folder_;
  std::string calls_ = folder_.path() / "calls";
  std::string units_ = folder_.path() / "units";
};

constexpr const char* kRestartPrepare = "restart stagedoor-prepare.service";
constexpr const char* kListHandlers =
    "list-units --plain --no-legend --state=running stagedoor-handler@*.service";

}  // namespace

TEST(TheUnits, AreSoundInTheEyesOfSystemd) {
  std::vector<std::string> command = {"systemd-analyze", "verify"};
  for (const char* name :
       {"stagedoor-handler@healthz.service", "stagedoor-handler@healthz.socket",
        "stagedoor-handler@fcgiwrap.service", "stagedoor-handler@fcgiwrap.socket",
        "stagedoor-prepare.service", "stagedoor-sweep.service", "stagedoor-sweep.timer",
        "stagedoor.target"}) {
    command.push_back(unit(name));
  }
  const CommandResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out + result.err, "");
}

TEST(TheUnits, AreKeptFromWhatTheyDoNotNeed) {
  for (const char* name :
       {"stagedoor-handler@.service", "stagedoor-prepare.service", "stagedoor-sweep.service"}) {
    const CommandResult result =
        run_command({"systemd-analyze", "security", "--offline=true",
                     "--threshold=" + std::to_string(kExposureMax), unit(name)});
    EXPECT_EQ(result.exit_code, 0) << name << '\n' << result.out << result.err;
  }
}

// What an upgrade does to each handler: systemd keeps the socket, connections wait in its backlog.
TEST(AHandlerUnderItsUnit, LosesNoRequestWhenItIsRestarted) {
  Installation& installation = Installation::shared();
  const fs::path link = installation.home() / "run/list_dates.sock";
  const fs::path before = fs::read_symlink(link);
  const fs::path own = installation.home() / "run/unit.sock";
  const std::string path = "/api/v1" + concert_path(create_concert()) + "/dates";
  {
    SocketHolder holder(own);
    holder.start("list_dates");
    fs::remove(link);
    fs::create_symlink(own, link);

    std::atomic<bool> goes_on = true;
    std::atomic<int> answered = 0;
    std::atomic<int> failed = 0;
    const auto ask = [&] {
      HttpClient client(installation.origin());
      while (goes_on) {
        try {
          ++(client.send({.path = path}).status == 200 ? answered : failed);
        } catch (const std::exception&) {
          ++failed;
        }
      }
    };
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) clients.emplace_back(ask);
    for (int round = 0; round < 5; ++round) {
      const int seen = answered;
      EXPECT_TRUE(eventually(std::chrono::seconds(10), [&] { return answered > seen + 20; }));
      holder.stop();
      holder.start("list_dates");
    }
    const int seen = answered;
    EXPECT_TRUE(eventually(std::chrono::seconds(10), [&] { return answered > seen + 20; }));
    goes_on = false;
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(failed, 0);
    fs::remove(link);
    fs::create_symlink(before, link);
  }
  fs::remove(own);
  EXPECT_EQ(send({.path = path}).status, 200);
}

// nginx connects first and writes then; the signal may come between the two.
TEST(AHandlerUnderItsUnit, AnswersWhomItTookBeforeItWasToldToStop) {
  const fs::path own = Installation::shared().home() / "run/unit.sock";
  {
    SocketHolder holder(own);
    holder.start("healthz");
    SlowWebServer(own).say("GET / HTTP/1.1\r\n\r\n");  // no FastCGI, as when sockets are drained
    const SlowWebServer nginx(own);
    ASSERT_TRUE(eventually(std::chrono::seconds(10), [&] { return !holder.has_waiting(); }));
    const std::vector<pid_t> handlers = children_of(holder.pid());
    ASSERT_EQ(handlers.size(), 1U);
    holder.tell_to_stop();
    ASSERT_TRUE(eventually(std::chrono::seconds(10), [&] { return has_signal(handlers[0]); }));
    EXPECT_NE(nginx.get().find("Status: 200"), std::string::npos);
  }
  fs::remove(own);
}

TEST(Renewing, PreparesAndThenRestartsTheHandlersThatRunOneAfterTheOther) {
  const WrittenDownSystemctl systemctl({"fcgiwrap", "healthz", "join_queue", "pay"});
  const CommandResult renewed = systemctl.renew();
  EXPECT_EQ(renewed.exit_code, 0) << renewed.err;
  EXPECT_EQ(systemctl.calls(),
            (std::vector<std::string>{kRestartPrepare, kListHandlers,
                                      "restart stagedoor-handler@healthz.service",
                                      "restart stagedoor-handler@join_queue.service",
                                      "restart stagedoor-handler@pay.service"}));
}

TEST(Renewing, RestartsNothingWhenThePreparationFails) {
  const WrittenDownSystemctl systemctl({"healthz", "pay"}, kRestartPrepare);
  const CommandResult renewed = systemctl.renew();
  EXPECT_EQ(renewed.exit_code, 1);
  EXPECT_NE(renewed.err.find("nothing was restarted"), std::string::npos) << renewed.err;
  EXPECT_EQ(systemctl.calls(), (std::vector<std::string>{kRestartPrepare}));
}

TEST(Renewing, SaysWhenAHandlerDoesNotComeBack) {
  const WrittenDownSystemctl systemctl({"healthz", "pay"},
                                       "restart stagedoor-handler@healthz.service");
  EXPECT_NE(systemctl.renew().exit_code, 0);
}

TEST(AHandlerUnderItsUnit, WantsASocketAndAName) {
  const Installation& installation = Installation::shared();
  EXPECT_NE(installation.run({"handler", "healthz"}).err.find("listening socket"),
            std::string::npos);
  EXPECT_NE(installation.run({"handler", "nobody"}).err.find("no handler nobody"),
            std::string::npos);
}

TEST(Preparing, IsForInstallationsWithADatabaseOfTheirOwn) {
  const CommandResult refused = Installation::shared().run({"prepare"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("STAGEDOOR_DB is not set"), std::string::npos) << refused.err;
}

// As ExecStart of stagedoor-prepare.service, on a host whose database is reached over TCP.
TEST(Preparing, MakesTheSecretsOnceAndChecksTheDatabaseEachTime) {
  const Installation& shared = Installation::shared();
  const SlowDatabase database(shared.home() / "run/mariadb.sock");
  const TemporaryFolder home;
  const Variables variables = {
      {"STAGEDOOR_HOME", home.path()},
      {"STAGEDOOR_DB", "mysql://stagedoor:" + shared.secret("db_password") +
                           "@127.0.0.1:" + std::to_string(database.port()) + "/stagedoor"},
      {"STAGEDOOR_MEMCACHED", shared.home() / "run/memcached.sock"}};
  const std::string command = installed_prefix() / "bin/stagedoor";
  const fs::path secret = home.path() / "secrets/access_token_key";

  const CommandResult first = run_command({command, "prepare"}, variables);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(fs::status(secret).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const CommandResult made = run_command({"cat", secret});
  EXPECT_EQ(run_command({command, "prepare"}, variables).exit_code, 0);
  EXPECT_EQ(run_command({"cat", secret}).out, made.out);
  EXPECT_EQ(run_command({command, "audit"}, variables).exit_code, 0);

  for (const char* verb : {"up", "down", "status"}) {
    const CommandResult refused = run_command({command, verb}, variables);
    EXPECT_EQ(refused.exit_code, 1) << verb;
    EXPECT_NE(refused.err.find("systemd runs"), std::string::npos) << refused.err;
  }
  Variables wrong = variables;
  wrong["STAGEDOOR_DB"] =
      "mysql://stagedoor:wrong@127.0.0.1:" + std::to_string(database.port()) + "/stagedoor";
  EXPECT_NE(run_command({command, "prepare"}, wrong).err.find("wrong user or password"),
            std::string::npos);
}
