#include "http_crowd.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <queue>
#include <stdexcept>

namespace stagedoor::bench {
namespace {

constexpr Micros kSilenceMax = std::chrono::seconds{10};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

std::size_t parse_number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// What follows `name` in its line; empty when it is not there.
std::string_view header_of(std::string_view headers, std::string_view name) {
  const auto at = headers.find(name);
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size();
  return headers.substr(begin, headers.find("\r\n", begin) - begin);
}

// Takes a whole body in chunks from `text`; false when it is not all there yet.
bool read_chunks(std::string_view text, std::string& body) {
  body.clear();
  for (;;) {
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) return false;
    const std::size_t size = parse_number(text.substr(0, line), 16);
    text.remove_prefix(line + 2);
    if (text.size() < size + 2) return false;
    body += text.substr(0, size);
    text.remove_prefix(size + 2);
    if (size == 0) return true;
  }
}

// An answer, once all of it is there.
std::optional<Answer> read_answer(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  Answer answer;
  const std::string_view headers = text.substr(0, end + 2);
  answer.status = static_cast<int>(parse_number(headers.substr(9, 3), 10));
  answer.retry_after =
      std::chrono::seconds{parse_number(header_of(headers, "\r\nRetry-After: "), 10)};
  const std::string_view rest = text.substr(end + 4);
  if (header_of(headers, "\r\nTransfer-Encoding: ") == "chunked") {
    if (!read_chunks(rest, answer.body)) return std::nullopt;
  } else {
    const std::size_t length = parse_number(header_of(headers, "\r\nContent-Length: "), 10);
    if (rest.size() < length) return std::nullopt;
    answer.body = rest.substr(0, length);
  }
  return answer;
}

class Connection {
 public:
  explicit Connection(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (descriptor_ < 0 || connect(descriptor_, generic, sizeof address) != 0) fail("connect");
    const int yes = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  ~Connection() { close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  // A request is smaller than a socket's buffer.
  void start(const std::string& request) {
    received_.clear();
    started_at_ = monotonic_now();
    if (send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      fail("send");
    }
  }

  // Takes what has arrived; the answer when that completes it.
  std::optional<Answer> receive() {
    // Not cleared each time: what the load costs is measured with what it is put on.
    static std::array<char, 65'536> buffer;
    const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return std::nullopt;
    if (count <= 0) fail("the server closed a connection");
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    auto answer = read_answer(received_);
    if (answer) answer->took = monotonic_now() - started_at_;
    return answer;
  }

 private:
  int descriptor_;
  std::string received_;
  Micros started_at_{};
};

class Crowd {
 public:
  Crowd(int port, std::size_t connections, const NextStep& next)
      : next_(next), poll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (poll_ < 0) fail("epoll_create1");
    for (std::size_t i = 0; i < connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(port));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, connections_.back()->descriptor(), &event);
    }
  }
  ~Crowd() { close(poll_); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  Micros play() {
    const Micros started_at = monotonic_now();
    for (std::size_t i = 0; i < connections_.size(); ++i) ask_for_next(i, nullptr);
    while (busy_ > 0) {
      start_what_is_due();
      receive_answers();
    }
    return monotonic_now() - started_at;
  }

 private:
  struct Delayed {
    Micros due;
    std::size_t connection;
    std::string request;
    bool operator>(const Delayed& other) const { return due > other.due; }
  };

  void ask_for_next(std::size_t index, Answer* answer) {
    auto step = next_(index, answer);
    if (answer != nullptr) --busy_;
    if (!step) return;
    ++busy_;
    if (step->delay > Micros{0}) {
      delayed_.push({monotonic_now() + step->delay, index, std::move(step->request)});
    } else {
      connections_[index]->start(step->request);
    }
  }

  void start_what_is_due() {
    while (!delayed_.empty() && delayed_.top().due <= monotonic_now()) {
      connections_[delayed_.top().connection]->start(delayed_.top().request);
      delayed_.pop();
    }
  }

  void receive_answers() {
    Micros wait = kSilenceMax;
    if (!delayed_.empty()) wait = std::max(Micros{0}, delayed_.top().due - monotonic_now());
    const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(std::min(wait, kSilenceMax));
    std::array<epoll_event, 256> events;  // NOLINT: the kernel fills it
    const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(wait_ms.count()));
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    if (count == 0 && delayed_.empty()) throw std::runtime_error("no answer for ten seconds");
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
      if (auto answer = connections_[index]->receive()) ask_for_next(index, &*answer);
    }
  }

  const NextStep& next_;
  int poll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed_;
  std::size_t busy_ = 0;
};

}  // namespace

Micros play_crowd(int port, std::size_t connections, const NextStep& next) {
  return Crowd(port, connections, next).play();
}

double Answers::per_second() const {
  return static_cast<double>(answers.size()) / std::chrono::duration<double>(took).count();
}

Answers send_all(int port, std::size_t connections, const std::vector<std::string>& requests) {
  Answers result;
  result.answers.resize(requests.size());
  std::vector<std::size_t> current(connections);
  std::size_t sent = 0;
  result.took =
      play_crowd(port, std::min(connections, requests.size()),
                 [&](std::size_t connection, const Answer* answer) -> std::optional<Step> {
                   if (answer != nullptr) result.answers[current[connection]] = *answer;
                   if (sent == requests.size()) return std::nullopt;
                   current[connection] = sent;
                   return Step{requests[sent++]};
                 });
  return result;
}

std::string wire_request(const std::string& method, const std::string& path,
                         const std::string& headers, const std::string& body) {
  std::string text = method + " /api/v1" + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers;
  if (!body.empty()) {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

}  // namespace stagedoor::bench
