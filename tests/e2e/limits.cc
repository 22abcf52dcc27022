// What one address may take from all others: connections, requests a minute, time.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/accounts.h"
#include "support/concurrency.h"
#include "support/temporary_folder.h"

using namespace stagedoor::testing;

namespace {

// A client that is in no hurry, on an address of its own.
class SlowClient {
 public:
  SlowClient(int port, const std::string& from) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &own.sin_addr);
    sockaddr_in server = own;
    inet_pton(AF_INET, "127.0.0.1", &server.sin_addr);
    server.sin_port = htons(static_cast<std::uint16_t>(port));
    if (bind(descriptor_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0 ||
        connect(descriptor_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) {
      throw std::runtime_error("no connection from " + from);
    }
  }
  ~SlowClient() { close(descriptor_); }
  SlowClient(const SlowClient&) = delete;
  SlowClient& operator=(const SlowClient&) = delete;

  void write(const std::string& bytes) const {
    (void)!::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // All that comes until the server closes.
  [[nodiscard]] std::string read() const {
    std::string all;
    std::string chunk(4'096, '\0');
    for (ssize_t got = 0; (got = recv(descriptor_, chunk.data(), chunk.size(), 0)) > 0;) {
      all.append(chunk, 0, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int descriptor_;
};

std::string status_from(int port, const std::string& address) {
  const SlowClient client(port, address);
  client.write("GET /api/v1/concerts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read();
  return answer.size() > 12 ? answer.substr(9, 3) : answer;
}

// The head of a request whose body will never be whole.
std::string unfinished(const std::string& method, const std::string& path) {
  return method + " " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Content-Length: 16000\r\n\r\n{";
}

class Limits : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    here_ = std::make_unique<Installation>(Variables{{"STAGEDOOR_RATE_LIMITS", "on"},
                                                     {"STAGEDOOR_CONNECTIONS_PER_ADDRESS", "20"},
                                                     {"STAGEDOOR_SIGN_INS_PER_MINUTE", "7"}});
  }
  static void TearDownTestSuite() { here_.reset(); }

  static Response post_to(const std::string& path) {
    return HttpClient(here_->origin())
        .send({"POST", "/api/v1" + path, {{"Content-Type", "application/json"}}, "{}"});
  }
  // The answer when so many were enough; of a second more when they were not.
  static Response post_until_refused(const std::string& path) {
    Response response;
    for (int call = 0; call < 200 && response.status != 429; ++call) response = post_to(path);
    return response;
  }

  static inline std::unique_ptr<Installation> here_;
};

}  // namespace

// 16,380 of them closed the door for all: each kept a connection and a byte every few seconds.
TEST_F(Limits, AGetWithABodyIsRefusedBeforeItsBody) {
  for (const char* method : {"GET", "HEAD"}) {
    const SlowClient client(here_->port(), "127.0.0.3");
    client.write(unfinished(method, "/api/v1/concerts"));
    EXPECT_EQ(client.read().substr(0, 12), "HTTP/1.1 400") << method << ": and then it is closed";
  }
  const SlowClient client(here_->port(), "127.0.0.3");
  client.write(
      "GET /api/v1/concerts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n");
  const std::string answer = client.read();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400");
  EXPECT_NE(answer.find("\"code\":\"bad_request\""), std::string::npos) << answer;
}

TEST_F(Limits, AGetWithAnEmptyBodyIsAnswered) {
  const Response response =
      HttpClient(here_->origin())
          .send({.path = "/api/v1/concerts", .headers = {{"Content-Length", "0"}}});
  EXPECT_EQ(response.status, 200) << response;
}

TEST_F(Limits, OneAddressTakesItsOwnConnectionsAndNotThoseOfOthers) {
  std::vector<std::unique_ptr<SlowClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<SlowClient>(here_->port(), "127.0.0.2"));
    slow.back()->write(unfinished("POST", "/api/v1/users"));
  }
  EXPECT_TRUE(eventually(std::chrono::seconds(60),
                         [] { return status_from(here_->port(), "127.0.0.2") == "429"; }));
  EXPECT_EQ(status_from(here_->port(), "127.0.0.1"), "200");
  EXPECT_EQ(status_from(here_->port(), "127.0.0.4"), "200");
  slow.clear();
  EXPECT_TRUE(eventually(std::chrono::seconds(60),
                         [] { return status_from(here_->port(), "127.0.0.2") == "200"; }));
}

TEST_F(Limits, SignUpsAndSignInsCountApart) {
  expect_problem(post_until_refused("/sessions"), 429, "rate_limited");
  EXPECT_EQ(post_to("/users").status, 422);
  EXPECT_EQ(post_to("/password-resets").status, 422);
  expect_problem(post_until_refused("/users"), 429, "rate_limited");
}

TEST_F(Limits, ARefusalSaysWhichLimitAndWhenToComeAgain) {
  const Response response = post_until_refused("/sessions");
  ASSERT_EQ(response.status, 429) << response;
  EXPECT_EQ(response.header("RateLimit-Policy"), "\"sign_ins\";q=7;w=60");
  EXPECT_EQ(response.header("RateLimit"), "\"sign_ins\";r=0;t=" + response.header("Retry-After"));
}

// nginx by itself with the shipped limits, which takes the address of the client from a header.
TEST_F(Limits, CountAnIPv6ClientByItsNetwork) {
  const TemporaryFolder folder;
  const int port = free_port();
  const std::string home = folder.path();
  std::ofstream(folder.path() / "nginx.conf")
      << "daemon on; user root; worker_processes 1; pid " << home << "/pid; error_log " << home
      << "/error.log;\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path " << home
      << "/b; fastcgi_temp_path " << home << "/f; proxy_temp_path " << home
      << "/p; uwsgi_temp_path " << home << "/u; scgi_temp_path " << home
      << "/s;\n  real_ip_header X-Client; set_real_ip_from 127.0.0.1;\n  include "
      << (here_->home() / "nginx/limits.conf").string()
      << ";\n  uninitialized_variable_warn off;\n  server {\n    listen 127.0.0.1:" << port
      << ";\n    set $limit_zone sign_ins;\n    location / {\n      limit_req zone=sign_ins "
         "nodelay;\n"
         "      limit_req_status 429;\n      try_files /nothing =404;\n    }\n  }\n}\n";
  const std::vector<std::string> nginx = {"nginx", "-c", home + "/nginx.conf", "-e",
                                          home + "/error.log"};
  const CommandResult started = run_command(nginx);
  ASSERT_EQ(started.exit_code, 0) << started.err;
  HttpClient client("http://127.0.0.1:" + std::to_string(port));
  const auto status_of = [&](const char* address) {
    return client.send({.path = "/", .headers = {{"X-Client", address}}}).status;
  };
  EXPECT_EQ(status_of("2001:db8:0:1::1"), 404);
  EXPECT_EQ(status_of("2001:db8:0:1:ffff::2"), 429) << "of the same /64";
  EXPECT_EQ(status_of("2001:db8:0:2::1"), 404) << "of the next one";
  EXPECT_EQ(status_of("192.0.2.1"), 404);
  EXPECT_EQ(status_of("192.0.2.1"), 429);
  EXPECT_EQ(status_of("192.0.2.2"), 404);
  EXPECT_EQ(status_of("::ffff:192.0.2.3"), 404);
  EXPECT_EQ(status_of("::ffff:192.0.2.4"), 404) << "an IPv4 address that is written as IPv6";
  std::vector<std::string> stop = nginx;
  stop.insert(stop.end(), {"-s", "stop"});
  EXPECT_EQ(run_command(stop).exit_code, 0);
  // It removes the file when it ends, and the folder is removed behind it.
  EXPECT_TRUE(eventually(std::chrono::seconds(60),
                         [&] { return !std::filesystem::exists(folder.path() / "pid"); }));
}
