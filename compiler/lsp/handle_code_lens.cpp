// textDocument/codeLens: above every experiment what it declares (a run trains what trials share once), about
// how long a run of it takes as soon as that is found out (estimates.hpp), and a command that trains it. The
// command is the client's: it runs `nnc run FILE --only EXPERIMENT` where its user can see it.
#include <fmt/format.h>

#include "compiler/base/number_text.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

constexpr double kLensPatience = 0.1;

// What was found out of an experiment that is another now counts no longer.
std::string time_of(const EstimatedTimes& times, const std::string& experiment, const ExperimentSize& size) {
  const auto time = times.find(experiment);
  if (time == times.end() || time->second.size != size) return {};
  return ", about " + duration_text(time->second.seconds);
}

std::string title_of(const Analysis& analysis, const EstimatedTimes& times, const std::string& experiment) {
  const auto size = analysis.experiments.find(experiment);
  if (size == analysis.experiments.end()) return "run";
  return fmt::format("run: {} trial{}, {} epoch{} declared{}", size->second.trials,
                     size->second.trials == 1 ? "" : "s", size->second.epochs,
                     size->second.epochs == 1 ? "" : "s", time_of(times, experiment, size->second));
}

}  // namespace

Reply handle_code_lens(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  Json lenses = Json::array();
  if (document == nullptr || document->is_library) return lenses;
  document->shows_lenses = true;
  session.glance(*document, kLensPatience);
  const Analysis& analysis = session.names(*document);
  const Analysis& known = document->shapes != nullptr ? *document->shapes : analysis;
  for (const ast::Declaration& declaration : analysis.program.main_module().module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    const ast::Name& name = experiment->name;
    lenses.push_back({{"range", session.range(*document, name.span.begin, name.span.end)},
                      {"command",
                       {{"title", title_of(known, document->times, name.text)},
                        {"command", "nnc.run"},
                        {"arguments", {document->uri, name.text}}}}});
  }
  return lenses;
}

}  // namespace nnc::lsp
