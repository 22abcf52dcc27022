#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proof/draw_order.h"
#include "proof/log_entry.h"
#include "proof/merkle.h"
#include "watch/audit_run.h"

namespace stagedoor::watch {

// The log of one line, recomputed from its joins, and the draw that is made of it: read() first,
// then take() each join in order. What is wrong with the joins themselves is found elsewhere: then
// the log is not looked at.
class LogAudit {
 public:
  LogAudit(AuditRun& run, ConcertId concert_id) : run_(run), id_(concert_id) {}

  void read(db::Snapshot& snapshot);
  void take(const proof::LogEntry& entry);

 private:
  struct Log {
    std::int64_t size = 0;
    std::string root;
  };
  struct Draw {
    std::string secret;
    std::optional<std::int64_t> entries;
    std::optional<std::string> log_root;
    std::optional<std::string> beacon_value;
    std::optional<std::string> seed;
  };

  void compare_roots();
  void violated(Invariant invariant, const std::string& what);

  AuditRun& run_;
  ConcertId id_;
  Log log_;
  std::optional<Draw> draw_;
  proof::Frontier frontier_;
  std::vector<proof::Hash> leaves_;  // behind the full tiles
  std::int64_t taken_ = 0;
  Time issued_at_ = Time::min();
  bool is_whole_ = true;
};

// The order of a line that was drawn.
std::optional<proof::DrawOrder> find_drawn_order(db::Snapshot& snapshot, ConcertId concert_id);

}  // namespace stagedoor::watch
