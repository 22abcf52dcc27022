#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace stagedoor::log {

enum class Level { kInfo, kWarning, kError, kCritical };

// What one served request leaves in the log.
struct RequestRecord {
  std::string_view method;
  std::string_view path;
  std::string_view user_id;
  int status = 0;
  Micros took{};
  std::string_view error;  // the internal reason of a 5xx; empty otherwise
};

// Names the binary in every following line. Call once at start.
void set_handler(std::string_view name);

// Until the end of the scope every line of this thread names this request, and the trace that it is
// a part of if there is one. The texts must outlive it.
class RequestScope {
 public:
  RequestScope(std::string_view request_id, std::string_view trace_id);
  ~RequestScope();
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;
};

// From now on what is critical is also put into this directory, each as a file of its own, whose
// first line is the message: the sender of alerts finds it there.
void set_alert_directory(const std::string& directory);

// Each writes one JSON line to stderr, in one write.
void request(const RequestRecord& record);
void event(Level level, std::string_view message, std::string_view error = {});

}  // namespace stagedoor::log
