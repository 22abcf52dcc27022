#include "watch/audit_report.h"

#include <iostream>

#include "base/json_writer.h"

namespace stagedoor::watch {
namespace {

constexpr Micros kProgressEvery = std::chrono::seconds{2};

}  // namespace

void AuditReport::tell(Invariant invariant, const std::string& row) {
  found_[invariant].push_back(row);
  std::ostream& out = json_ ? std::cerr : std::cout;
  if (told_ != invariant) out << "VIOLATED  " << text_of(invariant) << '\n';
  told_ = invariant;
  out << "            " << row << std::endl;
}

void AuditReport::progress(std::string_view what, std::int64_t rows) {
  const Micros now = monotonic_now();
  if (now - progress_at_ < kProgressEvery) return;
  progress_at_ = now;
  std::cerr << "audit: " << what << ", " << rows << " rows after "
            << (now - began_at_) / std::chrono::seconds{1} << " s" << std::endl;
}

void AuditReport::finish(const AuditResult& result, const std::string& error) {
  if (json_) {
    print_json(result, error);
    return;
  }
  if (!error.empty()) return;
  for (const auto& [invariant, name] : enum_texts(Invariant{})) {
    if (!found_.contains(invariant)) std::cout << "OK        " << name << '\n';
  }
  std::cout.flush();
}

std::string AuditReport::violated_names() const {
  std::string names;
  for (const auto& [invariant, rows] : found_) {
    names += (names.empty() ? "" : ", ") + std::string(text_of(invariant));
  }
  return names;
}

void AuditReport::print_json(const AuditResult& result, const std::string& error) const {
  JsonWriter json;
  json.begin_object()
      .field("result", !found_.empty() ? "violated"
                       : error.empty() ? "clean"
                                       : "unfinished")
      .field("finished", error.empty())
      .field("since", result.since)
      .field("ms", (monotonic_now() - began_at_).count() / 1000);
  if (!error.empty()) json.field("error", error);
  json.key("invariants").begin_array();
  for (const auto& [invariant, name] : enum_texts(Invariant{})) {
    const auto found = found_.find(invariant);
    if (found == found_.end() && !error.empty()) continue;
    json.begin_object().field("name", name).field("holds", found == found_.end());
    json.key("violations").begin_array();
    if (found != found_.end()) {
      for (const std::string& row : found->second) json.value(row);
    }
    json.end_array().end_object();
  }
  std::cout << json.end_array().end_object().take() << std::endl;
}

}  // namespace stagedoor::watch
