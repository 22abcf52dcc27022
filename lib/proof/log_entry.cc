#include "proof/log_entry.h"

#include "proof/hash.h"

namespace stagedoor::proof {

std::string encode_entry(const LogEntry& entry) {
  std::string bytes;
  append_integer(bytes, static_cast<std::uint64_t>(entry.entry));
  bytes += bytes_of(sha256(entry.token_id.text()));
  append_integer(bytes, static_cast<std::uint64_t>(entry.issued_at.time_since_epoch().count()));
  return bytes;
}

}  // namespace stagedoor::proof
