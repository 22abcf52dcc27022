#include "fastcgi/serve.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "base/encoding.h"
#include "base/failure.h"
#include "base/log.h"
#include "fastcgi/accept.h"
#include "fastcgi/relief.h"
#include "fastcgi/waiting.h"
#include "metrics/metrics.h"

namespace stagedoor::fastcgi {
namespace {

// nginx refuses larger bodies; this bounds what a plain CGI caller can make us hold.
constexpr long long kReadBytesMax = 64 * 1024;
constexpr int kRetryAfterS = 2;
constexpr int kListenDescriptor = 0;
// What the headers of most answers fit into.
constexpr std::size_t kHeaderBytes = 1'024;
// A connection that is closed already may fail an accept; a descriptor that is no socket fails all.
constexpr int kAcceptFailuresMax = 100;

volatile std::sig_atomic_t stop_requested = 0;  // NOLINT: a signal handler has nothing else
int null_descriptor = -1;                       // NOLINT

// Makes the listening descriptor useless, so that an accept() that runs or is about to begin fails
// at once: no instant is left in which the signal could be missed.
void on_terminate(int /*signal*/) {
  stop_requested = 1;
  dup2(null_descriptor, kListenDescriptor);
}

void install_signals() {
  null_descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = on_terminate;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);  // what multiwatch says to its processes
  std::signal(SIGPIPE, SIG_IGN);
}

struct Answer {
  http::Response response;
  std::string error;  // internal, for the log
};

http::Problem internal_problem() {
  return {.status = 500, .code = "internal", .title = "Something went wrong here"};
}

http::Problem unavailable_problem() {
  return {.status = 503,
          .code = "unavailable",
          .title = "Stagedoor cannot answer right now",
          .retry_after_s = kRetryAfterS};
}

Answer answer(const Handler& handler, const http::Request& request) {
  try {
    auto outcome = handler(request);
    if (outcome) return {std::move(outcome.value()), ""};
    return {http::render(http::problem_for(outcome.error()), request.request_id()), ""};
  } catch (const Unavailable& e) {
    return {http::render(unavailable_problem(), request.request_id()), e.what()};
  } catch (const std::exception& e) {
    return {http::render(internal_problem(), request.request_id()), e.what()};
  } catch (...) {
    return {http::render(internal_problem(), request.request_id()), "an unknown exception"};
  }
}

Answer refuse_late(const http::Request& request, Micros waited) {
  metrics::count(metrics::Counter::kRequestsShed);
  return {http::render(unavailable_problem(), request.request_id()),
          "waited " + std::to_string(waited / std::chrono::milliseconds{1}) + " ms for a process"};
}

// The response as CGI writes it. The length spares nginx from sending it in chunks.
std::string as_cgi(const http::Request& request, const http::Response& response) {
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

// Answers with what `choose` gives for the time that the request has waited.
template <typename Choose>
std::string serve_one(const http::Request& request, const Choose& choose) {
  const Micros started_at = monotonic_now();
  const log::RequestScope scope(request.request_id(), request.param("STAGEDOOR_TRACE_ID"));
  const auto waited = time_waited(request, system_now());
  if (waited) metrics::observe(metrics::Duration::kWait, *waited);
  const Answer answered = choose(waited.value_or(Micros{0}));
  const Micros took = monotonic_now() - started_at;
  log::request({.method = request.method(),
                .path = request.path(),
                .user_id = request.param("STAGEDOOR_USER_ID"),
                .status = answered.response.status,
                .took = took,
                .error = answered.error});
  metrics::count_request(request.method(), answered.response.status, took);
  return as_cgi(request, answered.response);
}

// How many bytes of body to read: never more than announced, never without an announcement.
std::size_t body_bytes(const char* content_length) {
  const auto announced = parse_integer(content_length == nullptr ? "" : content_length);
  if (!announced || *announced <= 0) return 0;
  return static_cast<std::size_t>(std::min(*announced, kReadBytesMax));
}

int serve_cgi(const Handler& handler) {
  std::string body(body_bytes(std::getenv("CONTENT_LENGTH")), '\0');
  std::cin.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(std::cin.gcount()));
  const http::Request request([](const char* name) { return std::getenv(name); }, std::move(body));
  const auto choose = [&](Micros /*waited*/) { return answer(handler, request); };
  std::cout << serve_one(request, choose) << std::flush;
  return 0;
}

template <typename Choose>
void serve_accepted(FCGX_Request& fcgx, const Choose& choose) {
  const auto lookup = [&fcgx](const char* name) { return FCGX_GetParam(name, fcgx.envp); };
  std::string body(body_bytes(lookup("CONTENT_LENGTH")), '\0');
  const int got = FCGX_GetStr(body.data(), static_cast<int>(body.size()), fcgx.in);
  body.resize(static_cast<std::size_t>(std::max(got, 0)));
  FCGX_GetChar(fcgx.in);  // the mark of its end, which may come behind large headers
  const http::Request request(lookup, std::move(body));
  const std::string text =
      serve_one(request, [&](Micros waited) { return choose(request, waited); });
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), fcgx.out);
  // Closes at once, where libfcgi would wait until nginx has closed its side: all that nginx sent
  // is read, and what it has not read yet stays in its socket.
  FCGX_Detach(&fcgx);
  FCGX_Finish_r(&fcgx);
}

// Answers one request after another until it is to stop; false when none can be accepted.
bool serve_all(FCGX_Request& fcgx, const Handler& handler) {
  const Micros serving_since = monotonic_now();
  Patience patience(serving_since);
  const auto answer_in_time = [&](const http::Request& request, Micros waited) {
    // A restart is no overload: what waited for this process to be there is not late.
    const Micros now = monotonic_now();
    if (patience.is_over(std::min(waited, now - serving_since), now)) {
      return refuse_late(request, waited);
    }
    Answer answered = answer(handler, request);
    patience.note_work(monotonic_now() - now);
    return answered;
  };
  int failures = 0;
  while (stop_requested == 0 && failures < kAcceptFailuresMax) {
    if (!accept_request(kListenDescriptor, fcgx)) {
      ++failures;
      continue;
    }
    failures = 0;
    metrics::work_begins(monotonic_now());
    serve_accepted(fcgx, answer_in_time);
    metrics::work_ends();
  }
  return stop_requested != 0;
}

int serve_fastcgi(const Handler& handler) {
  FCGX_Request fcgx;
  if (FCGX_Init() != 0 || !init_request(fcgx)) {
    log::event(log::Level::kCritical, "FastCGI could not be initialised");
    return EXIT_FAILURE;
  }
  install_signals();  // after libfcgi, which installs handlers of its own
  const metrics::ServingProcess serving;
  const Relief relief(kListenDescriptor,
                      [](FCGX_Request& accepted) { serve_accepted(accepted, refuse_late); });
  const bool was_stopped = serve_all(fcgx, handler);
  FCGX_Free(&fcgx, 1);
  if (was_stopped) return EXIT_SUCCESS;
  log::event(log::Level::kError, "no connection could be accepted");
  return EXIT_FAILURE;
}

}  // namespace

int serve(const Handler& handler) {
  return FCGX_IsCGI() != 0 ? serve_cgi(handler) : serve_fastcgi(handler);
}

}  // namespace stagedoor::fastcgi
