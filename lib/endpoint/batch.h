#pragma once

#include <cassert>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "endpoint/endpoint.h"

namespace stagedoor {

// Answers all calls that wait at once: as many outcomes, in their order.
using BatchEndpoint =
    std::function<std::vector<Outcome<http::Response>>(std::span<Call>, Services&)>;

// run_endpoint() for a handler of batches. Its calls are served however long they have waited: to
// refuse one would give its turn to one that came later.
int run_batch_endpoint(const char* name, int argc, char** argv, const BatchEndpoint& endpoint);

// Reads each call by itself, so that one which is refused touches no other, and has the commands
// of the others carried out together: carry_out(commands) gives an outcome for each, in order.
template <typename Command, typename CarryOut>
std::vector<Outcome<http::Response>> answer_batch(std::span<Call> calls, Command (*read)(Call&),
                                                  CarryOut carry_out) {
  std::vector<Command> commands;
  for (Call& call : calls) {
    Command command = read(call);
    if (!call.refused()) commands.push_back(std::move(command));
  }
  std::vector<Outcome<http::Response>> outcomes = carry_out(std::span<const Command>(commands));
  assert(outcomes.size() == commands.size());
  std::vector<Outcome<http::Response>> answers;
  auto outcome = outcomes.begin();
  for (Call& call : calls) {
    if (call.refused()) {
      answers.push_back(call.refusal());
    } else {
      answers.push_back(std::move(*outcome++));
    }
  }
  return answers;
}

}  // namespace stagedoor
