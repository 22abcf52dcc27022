#include "cluster/history.h"

#include <algorithm>
#include <sstream>
#include <thread>

namespace stagedoor::testing {
namespace {

constexpr std::chrono::seconds kGivesUpAfter{60};
constexpr std::chrono::milliseconds kRepeatsAfter{100};
constexpr std::chrono::milliseconds kPause{500};
constexpr std::chrono::seconds kSteadyFor{3};

Operation::Outcome outcome_of(const Response& response) {
  if (response.status == 0 || response.status >= 500) return Operation::Outcome::kUnknown;
  return response.status < 300 ? Operation::Outcome::kOk : Operation::Outcome::kRefused;
}

std::string text_of(const Response& response) {
  std::ostringstream text;
  text << response;
  return text.str();
}

}  // namespace

Response History::ask(const std::function<Response()>& call) {
  Response response;
  try {
    response = call();
  } catch (const std::exception&) {
    response = Response{};  // the connection broke: nobody knows
  }
  if (response.status >= 500 && (response.status != 503 || !response.has_header("Retry-After"))) {
    violation("neither an answer nor a 503 with Retry-After: " + text_of(response));
  }
  if (response.status == 0 || response.status >= 500) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::chrono::steady_clock::now());
  }
  return response;
}

Response History::perform(Act act, const User& user, const std::string& subject,
                          const std::function<Response()>& call) {
  Operation operation{.act = act, .user_id = user.user_id, .subject = subject};
  operation.invoked = std::chrono::steady_clock::now();
  Response response = ask(call);
  while (outcome_of(response) == Operation::Outcome::kUnknown &&
         std::chrono::steady_clock::now() - operation.invoked < kGivesUpAfter) {
    std::this_thread::sleep_for(kRepeatsAfter);
    response = ask(call);
  }
  operation.returned = std::chrono::steady_clock::now();
  operation.outcome = outcome_of(response);
  operation.status = response.status;
  if (operation.outcome == Operation::Outcome::kOk && !response.body.empty()) {
    operation.answer = response.json();
  }
  const std::lock_guard lock(mutex_);
  operations_.push_back(std::move(operation));
  return response;
}

void History::repeat(const Response& first, const std::function<Response()>& call) {
  const Response again = ask(call);
  if (again.status == 0 || again.status == 503) return;
  if (again.status == first.status && again.body == first.body &&
      again.header("Idempotency-Replayed") == "true") {
    return;
  }
  violation("not the same again: " + text_of(again) + "of: " + text_of(first));
}

void History::violation(const std::string& what) {
  const std::lock_guard lock(mutex_);
  violations_.push_back(what);
}

std::vector<Operation> History::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::vector<std::string> History::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

std::size_t History::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      operations_.begin(), operations_.end(),
      [](const Operation& operation) { return operation.outcome == Operation::Outcome::kOk; }));
}

Instant History::writes_return_after(Instant fault) const {
  std::vector<Instant> acknowledged;
  for (const Operation& operation : operations()) {
    if (operation.outcome == Operation::Outcome::kOk) acknowledged.push_back(operation.returned);
  }
  std::sort(acknowledged.begin(), acknowledged.end());
  Instant returned = fault;
  Instant last = fault;
  for (const Instant at : acknowledged) {
    if (at <= fault) continue;
    if (at - last > kPause) returned = at;
    if (at - returned > kSteadyFor) break;
    last = at;
  }
  return returned;
}

std::size_t History::failures_between(Instant from, Instant to) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(failures_.begin(), failures_.end(),
                                                [&](Instant at) { return at >= from && at < to; }));
}

}  // namespace stagedoor::testing
