#include "fastcgi/listener.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include "fastcgi/request_bytes.h"

namespace stagedoor::fastcgi {
namespace {

// nginx sends at most 32 KiB of headers, as parameters, and 16 KiB of body.
constexpr std::size_t kRequestBytesMax = 128 * 1'024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int must(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

// SIGUSR1 is what multiwatch says to its processes.
int open_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return must(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
}

void watch(int poll, int descriptor, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = descriptor}};
  must(epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

// Looks at what has arrived and leaves it there: libfcgi reads from the connection itself.
Arrival arrival_at(int connection) {
  static std::array<char, kRequestBytesMax> bytes;
  const ssize_t count = recv(connection, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN ? Arrival::kPartial : Arrival::kMalformed;
  if (count == 0) return Arrival::kMalformed;  // closed without a request
  const Arrival arrival = arrival_of({bytes.data(), static_cast<std::size_t>(count)});
  const bool is_too_large =
      arrival == Arrival::kPartial && static_cast<std::size_t>(count) == bytes.size();
  return is_too_large ? Arrival::kMalformed : arrival;
}

// The next connection that waits; nothing when another process was faster.
std::optional<int> accept_one(int descriptor) {
  for (;;) {
    const int connection = accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) return connection;
    if (errno == EAGAIN) return std::nullopt;
    if (errno != ECONNABORTED && errno != EINTR) fail("accept");
  }
}

}  // namespace

Listener::Listener(int descriptor)
    : descriptor_(descriptor),
      stop_(open_stop_signals()),
      poll_(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  const int flags = must(fcntl(descriptor, F_GETFL), "fcntl");
  must(fcntl(descriptor, F_SETFL, flags | O_NONBLOCK), "fcntl");
  watch(poll_.number(), stop_.number(), EPOLLIN | EPOLLONESHOT);
  // A connection wakes one of the processes, not all.
  watch(poll_.number(), descriptor_, EPOLLIN | EPOLLEXCLUSIVE);
}

std::vector<int> Listener::take(std::size_t count_max) {
  std::vector<int> ready;
  while (ready.empty() && !(is_stopping_ && partial_.empty())) {
    const bool may_accept = wait();
    take_arrived(ready, count_max);
    if (may_accept) accept_waiting(ready, count_max);
  }
  return ready;
}

bool Listener::wait() {
  int timeout_ms = -1;
  if (!partial_.empty()) {
    const Micros left = partial_.front().accepted_at + kRequestTime - monotonic_now();
    timeout_ms = static_cast<int>(
        std::chrono::ceil<std::chrono::milliseconds>(std::max(left, Micros{0})).count());
  }
  std::array<epoll_event, 16> events;  // NOLINT: the kernel fills it
  const int count =
      epoll_wait(poll_.number(), events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  bool may_accept = false;
  for (int i = 0; i < count; ++i) {
    const int source = events[static_cast<std::size_t>(i)].data.fd;
    may_accept = may_accept || source == descriptor_;
    is_stopping_ = is_stopping_ || source == stop_.number();
  }
  // A connection that has woken this process has woken no other: it is accepted, the next is not.
  if (is_stopping_) epoll_ctl(poll_.number(), EPOLL_CTL_DEL, descriptor_, nullptr);
  return may_accept;
}

void Listener::take_arrived(std::vector<int>& ready, std::size_t count_max) {
  std::erase_if(partial_, [&](const Partial& partial) {
    if (ready.size() == count_max) return false;
    const Arrival arrival = arrival_at(partial.connection);
    const bool is_late = monotonic_now() - partial.accepted_at > kRequestTime;
    if (arrival == Arrival::kPartial && !is_late) return false;
    if (arrival == Arrival::kWhole) {
      ready.push_back(partial.connection);
    } else {
      close(partial.connection);
    }
    return true;
  });
}

void Listener::accept_waiting(std::vector<int>& ready, std::size_t count_max) {
  while (ready.size() < count_max) {
    const auto connection = accept_one(descriptor_);
    if (!connection) return;
    switch (arrival_at(*connection)) {
      case Arrival::kWhole:
        ready.push_back(*connection);
        break;
      case Arrival::kPartial:
        keep_partial(*connection);
        break;
      case Arrival::kMalformed:
        close(*connection);
        break;
    }
  }
}

void Listener::keep_partial(int connection) {
  if (partial_.size() == kPartialMax) {
    close(partial_.front().connection);
    partial_.erase(partial_.begin());
  }
  partial_.push_back({connection, monotonic_now()});
  // Told about each time that something arrives: what has arrived is only looked at.
  watch(poll_.number(), connection, EPOLLIN | EPOLLET);
}

}  // namespace stagedoor::fastcgi
