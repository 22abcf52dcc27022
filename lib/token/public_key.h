#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stagedoor::token {

// A public key of an outside identity provider. What kind of key it is decides the one algorithm
// that it verifies, never the token.
class PublicKey {
 public:
  enum class Algorithm { kRs256, kEs256 };

  // A `BEGIN PUBLIC KEY` in PEM: RSA of 2,048 bits or more, or the curve P-256. Else says what is
  // wrong with it.
  static Result<PublicKey, std::string> parse(std::string_view pem);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  // As in the header of a token.
  [[nodiscard]] std::string_view algorithm_name() const;
  [[nodiscard]] const std::string& pem() const { return pem_; }

 private:
  PublicKey(std::string pem, Algorithm algorithm) : pem_(std::move(pem)), algorithm_(algorithm) {}

  std::string pem_;
  Algorithm algorithm_;
};

}  // namespace stagedoor::token
