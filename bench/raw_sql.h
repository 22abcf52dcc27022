#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "db/transaction.h"

// What the database alone can do: the statements of an operation, from as many connections as its
// handler has processes, with no HTTP, no cache and no rule around them.
namespace stagedoor::bench::raw {

// Connections with a thread each.
class Pool {
 public:
  Pool(const DatabaseConfig& config, std::size_t connections);

  // Calls work(connection, 0) ... work(connection, calls - 1) on whichever connection is free, and
  // returns how many per second. The first exception of any is thrown here.
  using Work = std::function<void(db::Connection& connection, std::size_t call)>;
  double rate(std::size_t calls, const Work& work);

 private:
  std::vector<std::unique_ptr<db::Connection>> connections_;
};

// What an operation asked of the database when it ran once, to be asked again for others.
class Recording {
 public:
  // Runs `operation`, which works on `database`.
  Recording(db::Connection& database, const std::function<void()>& operation);

  // Values of the recorded run, and what stands in their place in a repetition.
  using Value = std::variant<std::monostate, std::int64_t, std::string>;
  using Replacements = std::map<Value, Value>;

  // Asks the same once more. An id that is not replaced is one that the operation made: a new one
  // stands in its place. Returns those by the ids of the recorded run.
  std::map<std::string, std::string> repeat(db::Connection& database,
                                            Replacements replacements) const;

 private:
  struct Statement {
    const char* sql;
    std::vector<Value> values;
  };
  std::vector<Statement> statements_;
};

}  // namespace stagedoor::bench::raw
