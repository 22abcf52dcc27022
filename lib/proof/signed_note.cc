#include "proof/signed_note.h"

#include <sodium.h>

#include <stdexcept>

#include "base/encoding.h"

namespace stagedoor::proof {
namespace {

constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kNoteKeyIdBytes = 4;
constexpr char kEd25519 = 1;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// A note's signature is found by its name and these bytes in front of it.
std::string note_key_id(std::string_view name, std::string_view public_key) {
  std::string bytes(name);
  bytes.append({'\n', kEd25519}).append(public_key);
  return std::string(bytes_of(sha256(bytes)).substr(0, kNoteKeyIdBytes));
}

}  // namespace

SigningKey::SigningKey(std::string_view secret) {
  static_assert(crypto_sign_SECRETKEYBYTES == sizeof secret_);
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  crypto_sign_seed_keypair(public_key.data(), secret_.data(), sha256(secret).data());
}

std::string_view SigningKey::public_key() const {
  return {reinterpret_cast<const char*>(secret_.data()) + crypto_sign_SEEDBYTES,
          crypto_sign_PUBLICKEYBYTES};
}

std::string SigningKey::key_id() const {
  return to_hex(bytes_of(sha256(public_key())).substr(0, kKeyIdBytes));
}

std::string SigningKey::sign(std::string_view text) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, raw(text),
                       text.size(), secret_.data());
  return signature;
}

bool is_signature(std::string_view signature, std::string_view text, std::string_view public_key) {
  return signature.size() == crypto_sign_BYTES && public_key.size() == crypto_sign_PUBLICKEYBYTES &&
         crypto_sign_verify_detached(raw(signature), raw(text), text.size(), raw(public_key)) == 0;
}

std::string sign_note(std::string_view text, std::string_view name,
                      const std::vector<SigningKey>& keys) {
  std::string note(text);
  note += '\n';
  for (const SigningKey& key : keys) {
    const std::string signature = note_key_id(name, key.public_key()) + key.sign(text);
    note.append("\u2014 ").append(name).append(" ").append(to_base64(signature)).append("\n");
  }
  return note;
}

std::string sign_checkpoint(std::string_view origin, std::int64_t size, const Hash& root,
                            const std::vector<SigningKey>& keys) {
  const std::string text =
      std::string(origin) + "\n" + std::to_string(size) + "\n" + to_base64(bytes_of(root)) + "\n";
  return sign_note(text, origin, keys);
}

}  // namespace stagedoor::proof
