// The language server without its streams: messages in, messages out. It goes through the states of the
// protocol, keeps the documents, and looks at shapes when nothing else is to be done.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "compiler/lsp/estimates.hpp"
#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

class Server {
 public:
  // `newer` says whether a message waits: long work ends then, and is taken up again afterwards.
  Server(World world, std::function<void(const Json& message)> send, std::function<bool()> newer = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // One message, as it came. Whatever is in it, the server goes on.
  void receive(const std::string& text);
  // A request that the client does not wait for any longer; it is answered so when its turn comes.
  void cancel(const Json& id) { cancelled_.insert(id.dump()); }
  // The id that a message cancels; null for any other.
  static Json cancelled_id(const std::string& text);

  // Seconds until there is something to do without a message; empty: never.
  [[nodiscard]] std::optional<double> next_work();
  // Does what is due: diagnostics with shapes, and times that were found out.
  void work();

  // Set when the client has ended the server.
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }
  Session& session() { return session_; }

 private:
  enum class State : std::uint8_t { Fresh, Running, ShutDown };

  void handle_message(const Json& message);
  void handle_request(const std::string& method, const Json& params, const Json& id);
  Reply answer(const std::string& method, const Json& params);
  void handle_notification(const std::string& method, const Json& params);
  Json initialize(const Json& params);
  void did_open(const Json& params);
  void did_change(const Json& params);
  void did_save(const Json& params);
  void did_close(const Json& params);
  void files_changed(const Json& params);
  void publish(Document& document);
  bool work_on_estimates();
  void watch_files();
  void ask(const char* method, Json params = nullptr);
  void notify(const char* method, Json params);
  void log(const std::string& message);
  void fail(const Json& id, int code, const std::string& message);

  Session session_;
  Estimates estimates_{session_};
  std::function<void(const Json& message)> send_;
  State state_ = State::Fresh;
  std::optional<int> exit_code_;
  std::set<std::string> cancelled_;  // ids as text
  int asked_ = 0;                    // requests to the client so far
};

}  // namespace nnc::lsp
