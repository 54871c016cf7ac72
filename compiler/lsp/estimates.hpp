// Which documents have their times estimated, and when. The server never measures: another process does
// (World::estimate_times), one at a time, for texts that lie on the disk as they are in the editor. What is
// found out stays with the document.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

class Estimates {
 public:
  explicit Estimates(Session& session) : session_(session) {}

  // A file was opened, saved or changed on the disk. What was being found out of it, or of a program that
  // imports it, counts no longer.
  void on_disk(const std::string& path);
  void changed(Document& document);
  void closed(const Document& document);
  void stop();

  // Seconds until there is something to do; empty: nothing is going on.
  [[nodiscard]] std::optional<double> next_work() const;
  // Begins and ends what is due. True if lenses have other times now.
  bool work();

 private:
  [[nodiscard]] bool is_due(const Document& document) const;
  bool can_tell(Document& document);
  [[nodiscard]] bool is_on_disk(const Document& document) const;
  bool end();
  void begin();

  Session& session_;
  std::unique_ptr<TimeEstimate> running_;
  std::string uri_;        // of the document that it is about
  ExperimentSizes sizes_;  // of its experiments then
  double began_at_ = 0;
  double looked_at_ = 0;
};

}  // namespace nnc::lsp
