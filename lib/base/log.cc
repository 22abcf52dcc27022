#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/json_writer.h"

namespace stagedoor::log {
namespace {

std::string& handler_name() {
  static std::string name = "stagedoor";
  return name;
}

std::string& alert_directory() {
  static std::string directory;
  return directory;
}

struct Context {
  std::string_view request_id;
  std::string_view trace_id;
};

Context& context() {
  static thread_local Context context;
  return context;
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
  if (!context().request_id.empty()) line.field("request_id", context().request_id);
  if (!context().trace_id.empty()) line.field("trace_id", context().trace_id);
  return line;
}

std::string end_line(JsonWriter& line) { return line.end_object().take() + '\n'; }

void write_line(const std::string& text) {
  // A log that cannot be written must not stop the request that it tells of.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

// Under a name of its own, and under that only when it is complete: readers take whole files.
void put_alert(std::string_view message, const std::string& line) {
  static int number = 0;
  const std::string& directory = alert_directory();
  if (directory.empty()) return;
  mkdir(directory.c_str(), 0700);
  const std::string path = directory + "/" +
                           std::to_string(system_now().time_since_epoch().count()) + "-" +
                           std::to_string(getpid()) + "-" + std::to_string(++number);
  std::ofstream file(path + ".new");
  file << message << '\n' << line;
  file.close();
  // The line is in the log even if this fails.
  if (file) std::rename((path + ".new").c_str(), path.c_str());
}

}  // namespace

void set_handler(std::string_view name) { handler_name() = name; }

void set_alert_directory(const std::string& directory) { alert_directory() = directory; }

RequestScope::RequestScope(std::string_view request_id, std::string_view trace_id) {
  context() = {request_id, trace_id};
}

RequestScope::~RequestScope() { context() = {}; }

void request(const RequestRecord& record) {
  JsonWriter line = begin_line(record.status >= 500 ? Level::kError : Level::kInfo);
  if (!record.user_id.empty()) line.field("user_id", record.user_id);
  line.field("method", record.method)
      .field("path", record.path)
      .field("status", record.status)
      .key("ms")
      .raw(milliseconds(record.took));
  if (!record.error.empty()) line.field("error", record.error);
  write_line(end_line(line));
}

void event(Level level, std::string_view message, std::string_view error) {
  JsonWriter line = begin_line(level);
  line.field("message", message);
  if (!error.empty()) line.field("error", error);
  const std::string text = end_line(line);
  write_line(text);
  if (level == Level::kCritical) put_alert(message, text);
}

}  // namespace stagedoor::log
