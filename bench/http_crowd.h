#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace stagedoor::bench {

struct Answer {
  int status = 0;
  std::string body;
  Micros retry_after{};
  Micros took{};
};

// What a connection does next: this request, after that time.
struct Step {
  std::string request;  // as it goes over the wire
  Micros delay{};
};

// Called with the number of a connection and the answer it just got, nullptr at the start. Nothing:
// this connection is through.
using NextStep = std::function<std::optional<Step>(std::size_t connection, Answer* answer)>;

// Plays as many clients at once, each with a kept connection of its own, from one thread. All
// connections are open before the first request is sent. Returns how long it took from there.
// Throws when a connection breaks, or when nothing is answered for ten seconds.
Micros play_crowd(int port, std::size_t connections, const NextStep& next);

struct Answers {
  std::vector<Answer> answers;  // in the order of the requests
  Micros took{};

  [[nodiscard]] double per_second() const;
};

// Sends all requests over so many connections, each the next one as soon as it has its answer.
Answers send_all(int port, std::size_t connections, const std::vector<std::string>& requests);

// A request to this API as it goes over the wire; `headers` are lines with their \r\n.
std::string wire_request(const std::string& method, const std::string& path,
                         const std::string& headers, const std::string& body = "");

}  // namespace stagedoor::bench
