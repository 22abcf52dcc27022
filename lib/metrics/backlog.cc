#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>
#include <string_view>

#include "metrics/exposition.h"

namespace stagedoor::metrics {
namespace {

// The kernel's list of listening unix sockets, read answer by answer.
class ListeningSockets {
 public:
  ListeningSockets() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    struct {
      nlmsghdr header;
      unix_diag_req request;
    } question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.request.sdiag_family = AF_UNIX;
    question.request.udiag_states = 1U << TCP_LISTEN;
    question.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
    asked_ = descriptor_ >= 0 && send(descriptor_, &question, sizeof question, 0) ==
                                     static_cast<ssize_t>(sizeof question);
  }
  ~ListeningSockets() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  ListeningSockets(const ListeningSockets&) = delete;
  ListeningSockets& operator=(const ListeningSockets&) = delete;

  // Calls found(path, waiting) for each.
  template <typename Found>
  void for_each(const Found& found) {
    while (asked_) {
      const ssize_t got = recv(descriptor_, buffer_.data(), buffer_.size(), 0);
      if (got <= 0) return;
      auto left = static_cast<unsigned>(got);
      for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); NLMSG_OK(header, left);
           header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return;  // the end, or an error
        read_one(*header, found);
      }
    }
  }

 private:
  template <typename Found>
  static void read_one(nlmsghdr& header, const Found& found) {
    auto* const message = static_cast<unix_diag_msg*>(NLMSG_DATA(&header));
    auto left = static_cast<unsigned>(NLMSG_PAYLOAD(&header, sizeof *message));
    std::string path;
    std::int64_t waiting = 0;
    for (auto* part = reinterpret_cast<rtattr*>(message + 1); RTA_OK(part, left);
         part = RTA_NEXT(part, left)) {
      if (part->rta_type == UNIX_DIAG_NAME) {
        path.assign(static_cast<const char*>(RTA_DATA(part)), RTA_PAYLOAD(part));
      } else if (part->rta_type == UNIX_DIAG_RQLEN) {
        waiting = static_cast<const unix_diag_rqlen*>(RTA_DATA(part))->udiag_rqueue;
      }
    }
    found(path, waiting);
  }

  int descriptor_;
  bool asked_ = false;
  alignas(nlmsghdr) std::array<char, 32'768> buffer_{};
};

}  // namespace

std::vector<Backlog> read_backlogs(const std::string& directory,
                                   const std::vector<MappedPage>& handlers) {
  const std::string start = directory + "/";
  std::map<std::string, std::int64_t, std::less<>> waiting_at;
  ListeningSockets sockets;
  sockets.for_each([&](std::string_view path, std::int64_t waiting) {
    if (!path.starts_with(start)) return;
    const std::string_view name = path.substr(start.size());
    waiting_at[std::string(name.substr(0, name.find('.')))] += waiting;
  });
  std::vector<Backlog> backlogs;
  for (const auto& [handler, page] : handlers) {
    const auto found = waiting_at.find(handler);
    if (found != waiting_at.end()) backlogs.push_back({handler, found->second});
  }
  return backlogs;
}

bool runs_on_demand(const std::string& directory, const std::string& handler) {
  std::error_code error;
  const auto target = std::filesystem::read_symlink(directory + "/" + handler + ".sock", error);
  return !error && target.filename() == "fcgiwrap.sock";
}

std::string socket_directory(int listen_descriptor, const std::string& otherwise) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (getsockname(listen_descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      address.sun_family != AF_UNIX) {
    return otherwise;
  }
  const std::string_view path = address.sun_path;
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? otherwise : std::string(path.substr(0, slash));
}

}  // namespace stagedoor::metrics
