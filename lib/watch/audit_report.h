#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "watch/audit.h"

namespace stagedoor::watch {

// Prints findings as they come, and at most every two seconds to stderr what is being looked at.
class AuditReport {
 public:
  // `json`: findings go to stderr as well, and stdout gets one line at the end.
  explicit AuditReport(bool json) : json_(json) {}

  void tell(Invariant invariant, const std::string& row);
  void progress(std::string_view what, std::int64_t rows);

  // `error`: why it could not be finished; then what holds is unknown.
  void finish(const AuditResult& result, const std::string& error);

  // So many invariants were violated.
  [[nodiscard]] int violated() const { return static_cast<int>(found_.size()); }
  // Their names, as far as they were found.
  [[nodiscard]] std::string violated_names() const;

 private:
  void print_json(const AuditResult& result, const std::string& error) const;

  bool json_;
  std::map<Invariant, std::vector<std::string>> found_;
  std::optional<Invariant> told_;  // the last one
  Micros began_at_ = monotonic_now();
  Micros progress_at_ = began_at_;
};

}  // namespace stagedoor::watch
