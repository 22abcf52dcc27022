#include "fastcgi/peer.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace stagedoor::testing {
namespace {

constexpr int kBegin = 1;
constexpr int kParams = 4;
constexpr int kStdin = 5;
constexpr char kStdout = 6;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kContentMax = 65'528;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string length_bytes(std::size_t length) {
  if (length < 128) return {static_cast<char>(length)};
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(length >> (24 - 8 * i));
  bytes[0] = static_cast<char>(bytes[0] | '\x80');
  return bytes;
}

std::string stream(int type, std::string_view content) {
  std::string bytes;
  while (!content.empty()) {
    const auto part = content.substr(0, kContentMax);
    bytes += record(type, part);
    content.remove_prefix(part.size());
  }
  return bytes + record(type, "");
}

std::size_t byte_of(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

std::string record(int type, std::string_view content, int id) {
  const std::size_t padding = (8 - content.size() % 8) % 8;
  const std::array<char, kHeaderBytes> header = {1,
                                                 static_cast<char>(type),
                                                 static_cast<char>(id / 256),
                                                 static_cast<char>(id % 256),
                                                 static_cast<char>(content.size() / 256),
                                                 static_cast<char>(content.size() % 256),
                                                 static_cast<char>(padding),
                                                 0};
  std::string bytes(header.data(), header.size());
  bytes += content;
  return bytes + std::string(padding, '\0');
}

std::string request_bytes(const std::map<std::string, std::string>& params,
                          const std::string& body) {
  std::map<std::string, std::string> all = params;
  all["REQUEST_METHOD"] = "POST";
  all["CONTENT_LENGTH"] = std::to_string(body.size());
  std::string pairs;
  for (const auto& [name, value] : all) {
    pairs += length_bytes(name.size()) + length_bytes(value.size()) + name + value;
  }
  const std::string responder("\0\1\0\0\0\0\0\0", 8);
  return record(kBegin, responder) + stream(kParams, pairs) + stream(kStdin, body);
}

Peer::Peer(const std::filesystem::path& socket_path)
    : connection_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  if (connect(connection_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
}

Peer::Peer(Peer&& other) noexcept : connection_(std::exchange(other.connection_, -1)) {}

Peer::~Peer() {
  if (connection_ >= 0) close(connection_);
}

void Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // the handler has hung up, which answer() tells
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Peer::answer() const {
  std::string bytes;
  std::array<char, 4'096> buffer{};
  ssize_t got = 0;
  while ((got = recv(connection_, buffer.data(), buffer.size(), 0)) > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::string text;
  for (std::string_view rest = bytes; rest.size() >= kHeaderBytes;) {
    const std::size_t content = byte_of(rest, 4) * 256 + byte_of(rest, 5);
    if (rest[1] == kStdout) text += rest.substr(kHeaderBytes, content);
    rest.remove_prefix(std::min(rest.size(), kHeaderBytes + content + byte_of(rest, 6)));
  }
  return text;
}

std::string Peer::body() const {
  const std::string text = answer();
  const auto end = text.find("\r\n\r\n");
  return end == std::string::npos ? text : text.substr(end + 4);
}

}  // namespace stagedoor::testing
