// See estimates.hpp.
#include "compiler/lsp/estimates.hpp"

#include <algorithm>

namespace nnc::lsp {
namespace {

constexpr double kLookAgain = 0.1;
// What takes longer is given up: loading very large data, or a machine that has other things to do.
constexpr double kLongest = 60;

}  // namespace

void Estimates::on_disk(const std::string& path) {
  for (auto& [uri, document] : session_.documents.all()) {
    const bool used = document->analysis != nullptr && document->analysis->read.contains(path);
    if (document->path != path && !used) continue;
    document->to_estimate = true;
    if (uri == uri_) stop();
  }
}

// An estimate that goes on is of the disk, and counts for what stays of this size.
void Estimates::changed(Document& document) { document.to_estimate = false; }

void Estimates::closed(const Document& document) {
  if (document.uri == uri_) stop();
}

void Estimates::stop() {
  running_ = nullptr;
  uri_.clear();
}

// Once its sizes are known, and only where somebody sees the time.
bool Estimates::is_due(const Document& document) const {
  return session_.world.estimate_times && session_.client.estimate_time && document.to_estimate &&
         document.shows_lenses && !document.publish;
}

bool Estimates::is_on_disk(const Document& document) const {
  if (!document.uri.starts_with("file://")) return false;
  const Result<std::string> there = session_.world.read_file(document.path);
  return there && there.value() == document.text;
}

// Whether there is something to find out that the disk can tell.
bool Estimates::can_tell(Document& document) {
  const Analysis& analysis = session_.names(document);
  if (!analysis.shapes_known || analysis.sink.has_errors()) return false;
  const bool all_known = std::ranges::all_of(analysis.experiments, [&](const auto& experiment) {
    const auto time = document.times.find(experiment.first);
    return time != document.times.end() && time->second.size == experiment.second;
  });
  if (all_known || !is_on_disk(document)) return false;
  return std::ranges::all_of(analysis.read, [&](const std::string& path) {
    const Document* open = session_.documents.find_path(path);
    return open == nullptr || is_on_disk(*open);
  });
}

std::optional<double> Estimates::next_work() const {
  if (running_) return std::max(0.0, looked_at_ + kLookAgain - session_.world.seconds());
  for (const auto& [uri, document] : session_.documents.all()) {
    if (is_due(*document)) return 0;
  }
  return std::nullopt;
}

bool Estimates::work() {
  const bool news = running_ && end();
  if (!running_) begin();
  return news;
}

bool Estimates::end() {
  looked_at_ = session_.world.seconds();
  const std::optional<ExperimentSeconds> found = running_->poll();
  if (!found && looked_at_ < began_at_ + kLongest) return false;
  Document* document = session_.documents.find(uri_);
  stop();
  if (document == nullptr) return false;
  // What was known before and was not found out again holds for as long as its experiment stays as it was.
  EstimatedTimes times = document->times;
  std::erase_if(times, [&](const auto& time) { return !sizes_.contains(time.first); });
  for (const auto& [experiment, seconds] : found.value_or(ExperimentSeconds())) {
    if (const auto size = sizes_.find(experiment); size != sizes_.end())
      times[experiment] = {size->second, seconds};
  }
  if (document->times == times) return false;
  document->times = std::move(times);
  return true;
}

void Estimates::begin() {
  for (auto& [uri, document] : session_.documents.all()) {
    if (!is_due(*document)) continue;
    document->to_estimate = false;
    if (!can_tell(*document)) continue;
    running_ = session_.world.estimate_times(document->path);
    if (!running_) continue;
    uri_ = uri;
    sizes_ = session_.names(*document).experiments;
    began_at_ = looked_at_ = session_.world.seconds();
    return;
  }
}

}  // namespace nnc::lsp
