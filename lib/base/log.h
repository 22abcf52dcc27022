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
  std::string_view request_id;
  std::string_view user_id;
  int status = 0;
  Micros took{};
  std::string_view error;  // the internal reason of a 5xx; empty otherwise
};

// Names the binary in every following line. Call once at start.
void set_handler(std::string_view name);

// Each writes one JSON line to stderr, in one write.
void request(const RequestRecord& record);
void event(Level level, std::string_view message, std::string_view error = {});

}  // namespace stagedoor::log
