#include "fastcgi/serve.h"

#include <fcgiapp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "base/encoding.h"
#include "base/failure.h"
#include "base/log.h"
#include "fastcgi/listener.h"
#include "fastcgi/relief.h"
#include "fastcgi/waiting.h"
#include "metrics/metrics.h"

namespace stagedoor::fastcgi {
namespace {

using http::Problem;
using http::Request;
using http::Response;

// nginx refuses larger bodies; this bounds what a plain CGI caller can make us hold.
constexpr long long kReadBytesMax = 64 * 1024;
constexpr int kListenDescriptor = 0;
// So that libfcgi accepts nothing itself, which it would after a connection without a request.
constexpr int kNoListener = -1;
// What the headers of most answers fit into.
constexpr std::size_t kHeaderBytes = 1'024;

struct Answer {
  Response response;
  std::string error = {};  // internal, for the log
};

Problem internal_problem() {
  return {.status = 500, .code = "internal", .title = "Something went wrong here"};
}

Problem unavailable_problem() { return http::problem_for({Refusal::kUnavailable}); }

std::vector<Answer> same_answer(std::span<const Request> requests, const Problem& problem,
                                const std::string& error) {
  std::vector<Answer> answers;
  for (const Request& request : requests) {
    answers.push_back({http::render(problem, request.request_id()), error});
  }
  return answers;
}

Response response_of(Outcome<Response>& outcome, const Request& request) {
  if (outcome) return std::move(outcome.value());
  return http::render(http::problem_for(outcome.error()), request.request_id());
}

std::vector<Answer> answer(const BatchHandler& handler, std::span<const Request> requests) {
  try {
    auto outcomes = handler(requests);
    assert(outcomes.size() == requests.size());
    std::vector<Answer> answers;
    answers.reserve(outcomes.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      answers.push_back({response_of(outcomes[i], requests[i])});
    }
    return answers;
  } catch (const Unavailable& e) {
    return same_answer(requests, unavailable_problem(), e.what());
  } catch (const std::exception& e) {
    return same_answer(requests, internal_problem(), e.what());
  } catch (...) {
    return same_answer(requests, internal_problem(), "an unknown exception");
  }
}

Answer refuse_late(const Request& request, Micros waited) {
  metrics::count(metrics::Counter::kRequestsShed);
  return {http::render(unavailable_problem(), request.request_id()),
          "waited " + std::to_string(waited / std::chrono::milliseconds{1}) + " ms for a process"};
}

// The response as CGI writes it. The length spares nginx from sending it in chunks.
std::string as_cgi(const Request& request, const Response& response) {
  std::string text;
  text.reserve(kHeaderBytes + response.body.size());
  text += "Status: " + std::to_string(response.status) + "\r\n";
  if (!response.content_type.empty()) text += "Content-Type: " + response.content_type + "\r\n";
  // What nginx sends instead of this says so itself.
  bool says_how_to_cache = false;
  for (const auto& [name, value] : response.headers) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
    says_how_to_cache = says_how_to_cache || name == "Cache-Control" || name == "X-Accel-Redirect";
  }
  if (!says_how_to_cache) text += "Cache-Control: no-store\r\n";
  if (!response.body.empty()) {
    text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  text += "X-Request-Id: " + request.request_id() + "\r\n\r\n";
  if (request.method() != "HEAD") text += response.body;
  return text;
}

// Logs and counts an answer, and gives it as CGI writes it.
std::string conclude(const Request& request, const Answer& answer, Micros took) {
  const log::RequestScope scope(request.request_id(), request.param("STAGEDOOR_TRACE_ID"));
  log::request({.method = request.method(),
                .path = request.path_to_log(),
                .user_id = request.param("STAGEDOOR_USER_ID"),
                .status = answer.response.status,
                .took = took,
                .error = answer.error});
  metrics::count_request(request.method(), answer.response.status, took);
  return as_cgi(request, answer.response);
}

// Has the requests answered and calls send(i, text) for each. What the handler logs names the
// request when there is one.
template <typename Send>
void answer_all(const BatchHandler& handler, std::span<const Request> requests, Send send) {
  const Micros started_at = monotonic_now();
  std::vector<Answer> answers;
  {
    std::optional<log::RequestScope> scope;
    if (requests.size() == 1) {
      const Request& request = requests.front();
      scope.emplace(request.request_id(), request.param("STAGEDOOR_TRACE_ID"));
    }
    answers = answer(handler, requests);
  }
  const Micros took = monotonic_now() - started_at;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    send(i, conclude(requests[i], answers[i], took));
  }
}

// How many bytes of body to read: never more than announced, never without an announcement.
std::size_t body_bytes(const char* content_length) {
  const auto announced = parse_integer(content_length == nullptr ? "" : content_length);
  if (!announced || *announced <= 0) return 0;
  return static_cast<std::size_t>(std::min(*announced, kReadBytesMax));
}

int serve_cgi(const BatchHandler& handler) {
  std::string body(body_bytes(std::getenv("CONTENT_LENGTH")), '\0');
  std::cin.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(std::cin.gcount()));
  const Request request([](const char* name) { return std::getenv(name); }, std::move(body));
  answer_all(handler, {&request, 1},
             [](std::size_t /*i*/, const std::string& text) { std::cout << text << std::flush; });
  return 0;
}

// Reads the request of a connection at which it has arrived. Nothing, and the connection is closed,
// when libfcgi makes no sense of it.
std::optional<Request> read_request(FCGX_Request& fcgx, int connection) {
  FCGX_InitRequest(&fcgx, kNoListener, 0);
  // libfcgi goes on with a connection that it was told to keep.
  fcgx.ipcFd = connection;
  fcgx.keepConnection = 1;
  // Closes at once, where it would wait until nginx has closed its side: all that nginx sent is
  // read, and what it has not read yet stays in its socket.
  FCGX_Detach(&fcgx);
  if (FCGX_Accept_r(&fcgx) != 0) return std::nullopt;
  const auto lookup = [&fcgx](const char* name) { return FCGX_GetParam(name, fcgx.envp); };
  std::string body(body_bytes(lookup("CONTENT_LENGTH")), '\0');
  const int got = FCGX_GetStr(body.data(), static_cast<int>(body.size()), fcgx.in);
  body.resize(static_cast<std::size_t>(std::max(got, 0)));
  FCGX_GetChar(fcgx.in);  // the mark of its end, which may come behind large headers
  return Request(lookup, std::move(body));
}

void write_answer(FCGX_Request& fcgx, const std::string& text) {
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), fcgx.out);
  fcgx.keepConnection = 0;
  FCGX_Finish_r(&fcgx);
}

class Server {
 public:
  Server(const BatchHandler& handler, const BatchRules& rules)
      : handler_(handler), rules_(rules), exchanges_(rules.size_max) {
    requests_.reserve(rules.size_max);
  }

  // Until the process is told to stop.
  void run(Listener& listener) {
    for (auto ready = listener.take(rules_.size_max); !ready.empty();
         ready = listener.take(rules_.size_max)) {
      metrics::work_begins(monotonic_now());
      serve_ready(ready);
      metrics::work_ends();
    }
  }

 private:
  void serve_ready(const std::vector<int>& ready) {
    requests_.clear();
    for (const int connection : ready) {
      FCGX_Request& fcgx = exchanges_[requests_.size()];
      auto request = read_request(fcgx, connection);
      if (request && !refuses(fcgx, *request)) requests_.push_back(std::move(*request));
    }
    if (requests_.empty()) return;
    const Micros started_at = monotonic_now();
    answer_all(handler_, requests_, [this](std::size_t i, const std::string& text) {
      write_answer(exchanges_[i], text);
    });
    patience_.note_work((monotonic_now() - started_at) / static_cast<int>(requests_.size()));
  }

  // Refuses a request that has waited too long; false when it has not.
  bool refuses(FCGX_Request& fcgx, const Request& request) {
    const auto waited = time_waited(request, system_now());
    if (waited) metrics::observe(metrics::Duration::kWait, *waited);
    if (!waited || !rules_.refuses_late) return false;
    // A restart is no overload: what waited for this process to be there is not late.
    const Micros now = monotonic_now();
    if (!patience_.is_over(std::min(*waited, now - serving_since_), now)) return false;
    write_answer(fcgx, conclude(request, refuse_late(request, *waited), Micros{0}));
    return true;
  }

  const BatchHandler& handler_;
  BatchRules rules_;
  // One for each connection of a batch; what a request's lookup sees.
  std::vector<FCGX_Request> exchanges_;
  std::vector<Request> requests_ = {};
  Micros serving_since_ = monotonic_now();
  Patience patience_{rules_.wait_max, serving_since_};
};

int serve_fastcgi(const BatchHandler& handler, const BatchRules& rules) {
  try {
    // Before libfcgi, whose own handlers would swallow a signal to stop.
    Listener listener(kListenDescriptor);
    if (FCGX_Init() != 0) throw std::runtime_error("libfcgi could not be initialised");
    std::signal(SIGPIPE, SIG_IGN);  // after libfcgi
    const metrics::ServingProcess serving;
    const Relief relief(kListenDescriptor, rules.wait_max);
    Server(handler, rules).run(listener);
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    log::event(log::Level::kCritical, "no connection can be accepted", e.what());
    return EXIT_FAILURE;
  }
}

bool is_listening(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

}  // namespace

int serve(const Handler& handler, Micros wait_max) {
  const auto one = [&](std::span<const Request> requests) {
    std::vector<Outcome<Response>> outcomes;
    outcomes.push_back(handler(requests.front()));
    return outcomes;
  };
  return serve_batches(one, {.wait_max = wait_max});
}

int serve_batches(const BatchHandler& handler, const BatchRules& rules) {
  return is_listening(kListenDescriptor) ? serve_fastcgi(handler, rules) : serve_cgi(handler);
}

}  // namespace stagedoor::fastcgi
