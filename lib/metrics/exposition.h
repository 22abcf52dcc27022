#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "metrics/page.h"

namespace stagedoor::metrics {

// Builds text in Prometheus' format 0.0.4: families one after the other, each with its samples.
//
//   text.family("stagedoor_seats", "gauge", "Seats of all dates to come").sample({{"status",
//   "SOLD"}}, 12);
class Exposition {
 public:
  // REQUIRES: values without quotes, backslashes and line ends.
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

  Exposition& family(std::string_view name, std::string_view type, std::string_view help);
  Exposition& sample(Labels labels, std::int64_t value);
  Exposition& sample(Labels labels, std::uint64_t value);
  // In seconds, as Prometheus wants them.
  Exposition& sample(Labels labels, Micros value);
  Exposition& histogram(std::string_view handler, const Histogram& histogram);

  // A family of one sample without labels.
  template <typename Value>
  Exposition& gauge(std::string_view name, std::string_view help, Value value) {
    return family(name, "gauge", help).sample({}, value);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  Exposition& line(std::string_view suffix, Labels labels, std::string_view value);

  std::string name_;
  std::string text_;
};

// Connections that wait for a process to take them, at the sockets of one handler.
struct Backlog {
  std::string handler;
  std::int64_t waiting = 0;
};

// Of these handlers, whose sockets in `directory` are called NAME.GENERATION.sock or NAME.sock, as
// the kernel tells; empty when it does not.
std::vector<Backlog> read_backlogs(const std::string& directory,
                                   const std::vector<MappedPage>& handlers);

// Whether fcgiwrap starts a process for each call of this handler: its socket is a link to the
// pool's.
bool runs_on_demand(const std::string& directory, const std::string& handler);

// The folder of the socket that this process serves; `otherwise` when there is none.
std::string socket_directory(int listen_descriptor, const std::string& otherwise);

// What a handler's own processes look like now.
struct Processes {
  std::int64_t up = 0;
  std::int64_t busy = 0;
  std::int64_t resident_bytes = 0;
};

Processes look_at_processes(const Page& page);

// Requests of all methods and statuses.
std::uint64_t requests_of(const Page& page);

// What the handlers have counted.
void write_pages(Exposition& text, const std::vector<MappedPage>& pages);
// REQUIRES: pages of handlers that should have processes; a handler without one is an alert.
void write_processes(Exposition& text, const std::vector<MappedPage>& pages);
void write_backlogs(Exposition& text, const std::vector<Backlog>& backlogs);

}  // namespace stagedoor::metrics
