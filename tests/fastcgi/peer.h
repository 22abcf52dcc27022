#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace stagedoor::testing {

// A request as nginx writes it to a handler.
std::string request_bytes(const std::map<std::string, std::string>& params,
                          const std::string& body = "");

// One FastCGI record with a padding of 0 to 7 bytes.
std::string record(int type, std::string_view content, int id = 1);

// A connection to a handler, from the web server's side.
class Peer {
 public:
  explicit Peer(const std::filesystem::path& socket);
  Peer(const std::filesystem::path& socket, std::string_view bytes) : Peer(socket) { send(bytes); }
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;
  ~Peer();

  void send(std::string_view bytes) const;
  // What the handler has written until it closed the connection: header lines and body. Empty: it
  // closed without an answer.
  [[nodiscard]] std::string answer() const;
  // The same without the header lines.
  [[nodiscard]] std::string body() const;

 private:
  int connection_;
};

}  // namespace stagedoor::testing
