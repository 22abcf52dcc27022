#include "db/error.h"

#include <algorithm>
#include <array>

namespace stagedoor::db {
namespace {

using metrics::Reconnect;

struct KnownError {
  int code;
  std::optional<Reconnect> leaves;  // nothing: the transaction is begun anew where it was
  const char* reason;
};

// A code that is not here is ours. At COMMIT, of all these 1213 alone says what became of it.
constexpr std::array kKnownErrors = {
    KnownError{1213, {}, "deadlock, or a conflict found by certification: rolled back"},
    KnownError{
        1205, {}, "a lock was waited for in vain: the statement is undone, we undo the rest"},

    KnownError{2002, Reconnect::kLost, "no connection through the socket"},
    KnownError{2003, Reconnect::kLost, "no connection to the host"},
    KnownError{2005, Reconnect::kLost, "the host's name is not known just now"},
    KnownError{2006, Reconnect::kLost, "the server has gone away"},
    KnownError{2013, Reconnect::kLost, "no answer: the connection broke, or time is up"},
    KnownError{2026, Reconnect::kLost, "TLS broke"},
    KnownError{2055, Reconnect::kLost, "the same as 2013, with the system's reason"},
    KnownError{1152, Reconnect::kLost, "the server gave the connection up"},
    KnownError{1158, Reconnect::kLost, "the server could not read from the connection"},
    KnownError{1159, Reconnect::kLost, "the server waited for the connection in vain"},
    KnownError{1160, Reconnect::kLost, "the server could not write to the connection"},
    KnownError{1161, Reconnect::kLost, "the server could not write in time"},
    KnownError{1184, Reconnect::kLost, "the server gave a new connection up"},
    KnownError{1927, Reconnect::kLost, "KILL, on MariaDB"},
    KnownError{3169, Reconnect::kLost, "KILL, on MySQL"},
    KnownError{4031, Reconnect::kLost, "the connection was idle for too long"},

    KnownError{1053, Reconnect::kShutdown, "the server shuts down"},
    KnownError{1317, Reconnect::kShutdown, "interrupted, as a shutdown does with statements"},
    KnownError{3032, Reconnect::kShutdown, "the server is in offline mode"},
    KnownError{6400, Reconnect::kShutdown, "the same as 3032, with a reason"},
    KnownError{3168, Reconnect::kShutdown, "the server is not available yet"},

    KnownError{1290, Reconnect::kReadOnly, "read_only or super_read_only is on"},
    KnownError{1792, Reconnect::kReadOnly, "transactions are read-only here"},
    KnownError{1874, Reconnect::kReadOnly, "InnoDB is read-only"},
    KnownError{1836, Reconnect::kReadOnly, "the storage engine is read-only"},

    KnownError{1047, Reconnect::kNotPrimary, "Galera: not in the primary component, or not synced"},
    KnownError{3797, Reconnect::kNotPrimary, "Group Replication: not caught up with the group"},
    KnownError{3798, Reconnect::kNotPrimary, "Group Replication: not caught up at the begin"},

    KnownError{1180, Reconnect::kCommitFailed, "a commit failed, as while leaving the component"},
    KnownError{3100, Reconnect::kCommitFailed, "Group Replication could not send a commit"},
    KnownError{3101, Reconnect::kCommitFailed, "Group Replication had a commit rolled back"},
};

const KnownError* find_error(int code) {
  const auto* const found = std::find_if(kKnownErrors.begin(), kKnownErrors.end(),
                                         [&](const KnownError& e) { return e.code == code; });
  return found == kKnownErrors.end() ? nullptr : found;
}

}  // namespace

ErrorClass Error::error_class() const {
  const KnownError* const known = find_error(code_);
  if (known == nullptr) return ErrorClass::kOurs;
  return known->leaves ? ErrorClass::kLeave : ErrorClass::kRetry;
}

std::optional<metrics::Reconnect> Error::leaves() const {
  const KnownError* const known = find_error(code_);
  return known == nullptr ? std::nullopt : known->leaves;
}

bool Error::is_demoted() const {
  const auto reason = leaves();
  return reason == Reconnect::kReadOnly || reason == Reconnect::kNotPrimary;
}

}  // namespace stagedoor::db
