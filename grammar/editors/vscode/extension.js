// What VS Code does with .nn files beside colouring them: it starts `nnc lsp`, and runs experiments in a terminal.
const path = require('node:path');
const vscode = require('vscode');
const {LanguageClient, RevealOutputChannelOn} = require('vscode-languageclient/node');

const settings = () => vscode.workspace.getConfiguration('nnc');
const program = () => settings().get('path') || 'nnc';
// Those that a server has for its whole life.
const serverSettings = ['nnc.path', 'nnc.server', 'nnc.estimateTime'];

let client;
let turn = Promise.resolve();

// One start or stop after the other: a client that is still starting can be neither forgotten nor stopped.
function inTurn(action) {
  turn = turn.catch(() => {}).then(action);
  return turn;
}
const startServer = () => inTurn(start);
const stopServer = () => inTurn(stop);

async function stop() {
  const stopped = client;
  client = undefined;
  // One that never started has nothing to stop.
  if (stopped?.isRunning()) await stopped.stop().catch(() => {});
}

async function start() {
  await stop();
  if (!vscode.workspace.isTrusted || !settings().get('server')) return;
  client = new LanguageClient('nnc', 'nnc', {command: program(), args: ['lsp']}, {
    documentSelector: [{language: 'nn', scheme: 'file'}, {language: 'nn', scheme: 'untitled'}],
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {estimateTime: settings().get('estimateTime')},
  });
  try {
    await client.start();
  } catch (error) {
    tellWhyNotStarted(error);  // not awaited: the next start does not wait for an answer
  }
}

async function tellWhyNotStarted(error) {
  const openSettings = 'Open Settings';
  const choice = await vscode.window.showErrorMessage(
    `Cannot start \`${program()} lsp\`: ${error.message ?? error}. Files are coloured, but not checked.`, openSettings);
  if (choice === openSettings) await vscode.commands.executeCommand('workbench.action.openSettings', 'nnc.path');
}

// What "run" above an experiment sends, `uri, experiment` or `{uri, experiment}`; the file in the editor for nothing.
function wantedRun(target, experiment) {
  const uri = target?.uri ?? target ?? vscode.window.activeTextEditor?.document.uri;
  const named = typeof experiment === 'string' ? experiment : target?.experiment;
  return {uri: typeof uri === 'string' ? vscode.Uri.parse(uri) : uri, experiment: named};
}

// A task shows its program in a terminal, and needs no quoting.
async function runFile(target, experimentName) {
  const {uri, experiment} = wantedRun(target, experimentName);
  if (uri?.scheme !== 'file') {
    await vscode.window.showErrorMessage('nnc runs files: save this one first.');
    return;
  }
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isDirty && !(await document.save())) return;
  const args = ['run', uri.fsPath, ...(experiment ? ['--only', experiment] : [])];
  const name = [path.basename(uri.fsPath), experiment].filter(Boolean).join(': ');
  const task = new vscode.Task({type: 'nnc', file: uri.fsPath, experiment}, vscode.TaskScope.Workspace, name, 'nnc',
    new vscode.ProcessExecution(program(), args, {cwd: path.dirname(uri.fsPath)}));
  task.presentationOptions = {reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, clear: true};
  await vscode.tasks.executeTask(task);
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('nnc.run', runFile),
    vscode.commands.registerCommand('nnc.restart', startServer),
    vscode.workspace.onDidGrantWorkspaceTrust(startServer),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (serverSettings.some((name) => change.affectsConfiguration(name))) startServer();
    }));
  // Not awaited: colours and commands do not wait for the server.
  startServer();
}

module.exports = {activate, deactivate: stopServer};
