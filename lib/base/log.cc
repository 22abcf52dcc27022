#include "base/log.h"

#include <unistd.h>

#include "base/json_writer.h"

namespace stagedoor::log {
namespace {

std::string& handler_name() {
  static std::string name = "stagedoor";
  return name;
}

const char* level_name(Level level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kCritical:
      return "critical";
  }
  return "info";
}

// With the microseconds as decimals: 1.042
std::string milliseconds(Micros time) {
  const std::string micros = std::to_string(time.count() % 1000);
  return std::to_string(time.count() / 1000) + "." + std::string(3 - micros.size(), '0') + micros;
}

JsonWriter begin_line(Level level) {
  JsonWriter line;
  line.begin_object()
      .field("time", system_now())
      .field("level", level_name(level))
      .field("handler", handler_name());
  return line;
}

void write_line(JsonWriter& line) {
  std::string text = line.end_object().take();
  text += '\n';
  // A log that cannot be written must not stop the request that it tells of.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void set_handler(std::string_view name) { handler_name() = name; }

void request(const RequestRecord& record) {
  JsonWriter line = begin_line(record.status >= 500 ? Level::kError : Level::kInfo);
  line.field("request_id", record.request_id);
  if (!record.user_id.empty()) line.field("user_id", record.user_id);
  line.field("method", record.method)
      .field("path", record.path)
      .field("status", record.status)
      .key("ms")
      .raw(milliseconds(record.took));
  if (!record.error.empty()) line.field("error", record.error);
  write_line(line);
}

void event(Level level, std::string_view message, std::string_view error) {
  JsonWriter line = begin_line(level);
  line.field("message", message);
  if (!error.empty()) line.field("error", error);
  write_line(line);
}

}  // namespace stagedoor::log
