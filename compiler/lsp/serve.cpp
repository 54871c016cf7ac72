// See serve.hpp. One thread: before each message everything that has come is read, so that a newer edit or a
// cancellation is known while an older request is still being worked on.
#include "compiler/lsp/serve.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <deque>
#include <ostream>
#include <utility>
#include <vector>

#include "compiler/lsp/server.hpp"

namespace nnc::lsp {
namespace {

class Incoming {
 public:
  explicit Incoming(int descriptor) : descriptor_(descriptor) {}

  // Waits for bytes for so long (empty: for ever) and takes what there is.
  void wait(std::optional<double> seconds) {
    if (ended_) return;
    int milliseconds = -1;
    if (seconds) milliseconds = static_cast<int>(std::min(std::ceil(*seconds * 1000), 3.6e6));
    pollfd ready{descriptor_, POLLIN, 0};
    if (poll(&ready, 1, milliseconds) > 0) take_bytes();
  }
  // Takes all that has come without waiting.
  void look() {
    for (std::size_t before = read_ + 1; before != read_ && !ended_;) {
      before = read_;
      wait(0.0);
    }
  }

  std::deque<std::string>& messages() { return messages_; }
  // The requests that were cancelled by what has come since this was asked last.
  std::vector<Json> take_cancelled() { return std::exchange(cancelled_, {}); }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const std::string& broken() const { return framer_.broken(); }

 private:
  void take_bytes() {
    std::array<char, 65536> bytes{};
    const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) {
      ended_ = true;
      return;
    }
    read_ += static_cast<std::size_t>(count);
    framer_.add({bytes.data(), static_cast<std::size_t>(count)});
    while (auto message = framer_.next()) {
      if (Json id = Server::cancelled_id(*message); !id.is_null()) cancelled_.push_back(std::move(id));
      messages_.push_back(std::move(*message));
    }
    ended_ = !framer_.broken().empty();
  }

  int descriptor_;
  std::size_t read_ = 0;  // bytes
  Framer framer_;
  std::deque<std::string> messages_;
  std::vector<Json> cancelled_;
  bool ended_ = false;
};

}  // namespace

int serve(World world, int in, std::ostream& out, std::ostream& err) {
  Incoming incoming(in);
  const auto send = [&](const Json& message) { out << frame(message) << std::flush; };
  const auto newer = [&] {
    incoming.look();
    return !incoming.messages().empty() || incoming.ended();
  };
  Server server(std::move(world), send, newer);
  while (!server.exit_code() && out) {
    if (incoming.messages().empty()) {
      if (incoming.ended()) break;
      const std::optional<double> due = server.next_work();
      if (due && *due <= 0) {
        incoming.look();
        if (incoming.messages().empty()) server.work();
      } else {
        incoming.wait(due);
      }
      continue;
    }
    incoming.look();
    for (const Json& id : incoming.take_cancelled()) server.cancel(id);
    const std::string message = std::move(incoming.messages().front());
    incoming.messages().pop_front();
    server.receive(message);
  }
  if (!incoming.broken().empty()) err << "error: the language server was sent " << incoming.broken() << "\n";
  return server.exit_code().value_or(1);
}

}  // namespace nnc::lsp
