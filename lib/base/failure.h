#pragma once

#include <stdexcept>

namespace stagedoor {

// A part of the installation did not answer: the database is away, a transaction's retries are
// used up, a commit is in doubt. Thrown where it is noticed, turned into a 503 by the serve loop.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace stagedoor
