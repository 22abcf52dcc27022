#pragma once

#include <cassert>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "endpoint/endpoint.h"

namespace stagedoor {

// Answers all requests that wait at once: as many outcomes, in their order.
using BatchEndpoint =
    std::function<std::vector<Outcome<http::Response>>(std::span<const http::Request>, Services&)>;

// run_endpoint() for a handler of batches. Its requests are served however long they have waited:
// to refuse one would give its turn to one that came later.
int run_batch_endpoint(const char* name, int argc, char** argv, const BatchEndpoint& endpoint);

// Reads each request by itself, so that one which is refused touches no other, and has the commands
// of the others carried out together: carry_out(commands) gives an outcome for each, in order.
template <typename Command, typename CarryOut>
std::vector<Outcome<http::Response>> answer_batch(std::span<const http::Request> requests,
                                                  Outcome<Command> (*read)(const http::Request&),
                                                  CarryOut carry_out) {
  std::vector<Outcome<Command>> reads;
  std::vector<Command> commands;
  for (const http::Request& request : requests) {
    reads.push_back(read(request));
    if (reads.back()) commands.push_back(*reads.back());
  }
  std::vector<Outcome<http::Response>> outcomes = carry_out(std::span<const Command>(commands));
  assert(outcomes.size() == commands.size());
  std::vector<Outcome<http::Response>> answers;
  auto outcome = outcomes.begin();
  for (const Outcome<Command>& command : reads) {
    if (command) {
      answers.push_back(std::move(*outcome++));
    } else {
      answers.push_back(command.error());
    }
  }
  return answers;
}

}  // namespace stagedoor
