#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stagedoor {

// An instant in UTC with the database's precision. Rules take it as a parameter.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Micros = std::chrono::microseconds;

// The handler's own clock: for log lines and access tokens' `exp`, never for a deadline.
Time system_now();

// Time since some fixed instant; never steps back. The same instant in all processes of a host.
Micros monotonic_now();

// Whether what was made at `at` is younger than `age_max`. The database's clock may step back (and
// a failover to one that is behind does the same): what is more than a second ahead is too old.
bool is_younger(Time at, Time now, Micros age_max);

// 2026-11-21T19:30:00.000Z, and back (any offset and 0 to 6 decimals are accepted, and in UTC the
// years 1000 to 9999, which is what the database holds).
std::string to_rfc3339(Time time);
std::optional<Time> parse_rfc3339(std::string_view text);

// YYYY-MM-DD as the first instant of that day.
std::optional<Time> parse_day(std::string_view text);

// 2026-11-21 19:30:00.123456, what SQL reads and prints for DATETIME(6), and back.
std::string to_sql(Time time);
std::optional<Time> parse_sql(std::string_view text);

}  // namespace stagedoor
