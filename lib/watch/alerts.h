#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "db/connection.h"

namespace stagedoor::watch {

// Sends one text of JSON; empty when it was accepted, else why not.
using SendAlert = std::function<std::string(const std::string& json)>;

// Puts an alert into the table of those that wait. One that waits already with the same message is
// counted there; one that follows a sent one within ten minutes waits for the rest of them, so that
// trouble that repeats itself is told six times an hour at most.
void raise_alert(db::Connection& database, const std::string& message, const std::string& detail);

// Moves what processes of this host have left in `directory` (see log::set_alert_directory) into
// the table, unless another one is at it. What cannot be moved stays there.
void collect_alerts(db::Connection& database, const std::string& directory);

// Sends those whose turn it is. One that is not accepted is tried again after 2 s, 4 s, 8 s, ... up
// to an hour. Of several that call it at once, on any host, one takes each alert. Forgets alerts
// that are a month old.
void send_alerts(db::Connection& database, const SendAlert& send);

std::int64_t count_waiting_alerts(db::Connection& database);

// What is sent: `text` is what Slack and its like show, the rest is for machines.
std::string alert_json(const std::string& message, const std::string& detail, std::int64_t times,
                       Time first_at, Time last_at);

// How long to wait before the attempt after this many that failed.
std::chrono::seconds alert_backoff(std::int64_t attempts);

}  // namespace stagedoor::watch
