#include "password/password.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "metrics/metrics.h"

namespace stagedoor::password {
namespace {

// OWASP's floor for Argon2id: 19 MiB and two passes, about 20 ms. More would let sign-ins, which
// cost the server this much each, starve two cores.
constexpr std::size_t kMemoryBytes = 19 * 1024 * 1024;
constexpr unsigned long long kPasses = 2;

void start_library() {
  static const bool kReady = sodium_init() >= 0;
  if (!kReady) throw std::runtime_error("libsodium could not be initialised");
}

}  // namespace

std::string hash(const std::string& password) {
  start_library();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), kPasses, kMemoryBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("no memory to hash a password");
  }
  return text.data();
}

bool verify(const std::string& password, const std::string& stored) {
  start_library();
  metrics::count(metrics::Counter::kPasswordChecks);
  return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

const std::string& unknown_user_hash() {
  static const std::string kHash = [] {
    start_library();
    std::array<char, 32> random{};
    randombytes_buf(random.data(), random.size());
    return hash({random.data(), random.size()});
  }();
  return kHash;
}

}  // namespace stagedoor::password
