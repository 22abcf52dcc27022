#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "db/transaction.h"
#include "watch/audit.h"

namespace stagedoor::watch {

// So many rows does a slice look at.
inline constexpr std::int64_t kSliceRows = 8'192;

// An audit under way: what it has found, and its work in slices.
class AuditRun {
 public:
  AuditRun(db::Connection& database, const AuditOptions& options)
      : database_(database), options_(options) {}

  [[nodiscard]] db::Connection& database() { return database_; }
  [[nodiscard]] const AuditResult& result() const { return result_; }

  void violated(Invariant invariant, const std::string& row);

  // Runs `work(snapshot)` on a snapshot of its own, and rests afterwards while a sale goes on.
  // `work` returns how many rows it has looked at.
  template <typename Work>
  void slice(std::string_view what, const Work& work) {
    const Micros began_at = begin_slice();
    std::int64_t rows = 0;
    {
      db::Snapshot snapshot(database_);
      rows = work(snapshot);
    }
    end_slice(what, rows, began_at);
  }

  // What a statement selects are rows that contradict the invariant.
  void check(Invariant invariant, db::Rows rows);

 private:
  Micros begin_slice();
  void end_slice(std::string_view what, std::int64_t rows, Micros began_at);
  void rest(Micros worked);
  bool is_selling();

  db::Connection& database_;
  const AuditOptions& options_;
  AuditResult result_;
  std::int64_t rows_ = 0;
  Micros worked_{};
  bool selling_ = false;
  Micros looked_at_{};  // whether there is a sale
};

}  // namespace stagedoor::watch
