// The VS Code extension without VS Code: what it starts, what "run" runs, and that its manifest names files that exist.
//   node --test extension_test.js      from the root of the repository
import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import Module, {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {test} from 'node:test';

const folder = resolve('grammar/editors/vscode');
const read = (file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));

// What the extension asks VS Code for.
class World {
  commands = {};
  tasks = [];
  errors = [];
  clients = [];
  path = 'nnc';
  server = true;
  trusted = true;
  estimateTime = true;
  serverError = undefined;
  starting = undefined;
  editor = undefined;

  vscode() {
    const uri = (path) => ({scheme: 'file', fsPath: path, toString: () => `file://${path}`});
    return {
      Uri: {parse: (text) => uri(text.replace('file://', ''))},
      TaskScope: {Workspace: 2}, TaskRevealKind: {Always: 1}, TaskPanelKind: {Dedicated: 2},
      ProcessExecution: class { constructor(process, args, options) { Object.assign(this, {process, args, options}); } },
      Task: class { constructor(definition, scope, name, source, execution) { Object.assign(this, {name, execution}); } },
      tasks: {executeTask: async (task) => this.tasks.push(task)},
      commands: {
        registerCommand: (name, action) => { this.commands[name] = action; },
        executeCommand: async () => {},
      },
      window: {
        activeTextEditor: this.editor && {document: {uri: uri(this.editor)}},
        showErrorMessage: async (message) => { this.errors.push(message); },
      },
      workspace: {
        isTrusted: this.trusted, textDocuments: [],
        getConfiguration: () => ({get: (name) => this[name]}),
        onDidGrantWorkspaceTrust: () => ({}),
        onDidChangeConfiguration: (action) => { this.changeSettings = action; },
      },
    };
  }

  client() {
    const world = this;
    return {
      RevealOutputChannelOn: {Never: 4},
      LanguageClient: class {
        constructor(id, name, server, options) { world.clients.push(Object.assign(this, {server, options, running: false})); }
        isRunning() { return this.running; }
        async start() { await world.starting; if (world.serverError) throw world.serverError; this.running = true; }
        async stop() { this.running = false; }
      },
    };
  }

  async activate() {
    const modules = {vscode: this.vscode(), 'vscode-languageclient/node': this.client()};
    const load = Module._load;
    Module._load = (name, ...rest) => modules[name] ?? load(name, ...rest);
    const require = createRequire(import.meta.url);
    delete require.cache[`${folder}/extension.js`];
    const extension = require(`${folder}/extension.js`);
    Module._load = load;
    await extension.activate({subscriptions: []});
    await new Promise(setImmediate);
    return extension;
  }
}

test('where the setting says so no server is started', async () => {
  const world = new World();
  world.server = false;
  await world.activate();
  assert.deepEqual(world.clients, []);
});

test('the server is `nnc lsp` of the path in the settings', async () => {
  const world = new World();
  world.path = '/opt/nnc';
  const extension = await world.activate();
  assert.deepEqual(world.clients.map(({server}) => server), [{command: '/opt/nnc', args: ['lsp']}]);
  world.path = '/opt/other';
  world.changeSettings({affectsConfiguration: (name) => name === 'nnc.path'});
  await new Promise(setImmediate);
  assert.equal(world.clients[0].running, false);
  assert.equal(world.clients[1].server.command, '/opt/other');
  await extension.deactivate();
  assert.equal(world.clients[1].running, false);
});

test('settings that change while the server starts leave one server', async () => {
  const world = new World();
  let begin;
  world.starting = new Promise((resolve) => { begin = resolve; });
  await world.activate();
  for (const name of ['nnc.path', 'nnc.server']) world.changeSettings({affectsConfiguration: (one) => one === name});
  begin();
  await new Promise(setImmediate);
  assert.deepEqual(world.clients.map(({running}) => running), [false, false, true]);
});

test('whether times are estimated is told to the server, and one that was told otherwise is started again', async () => {
  const world = new World();
  await world.activate();
  world.estimateTime = false;
  world.changeSettings({affectsConfiguration: (name) => name === 'nnc.estimateTime'});
  await new Promise(setImmediate);
  assert.deepEqual(world.clients.map(({options}) => options.initializationOptions), [
    {estimateTime: true}, {estimateTime: false}]);
  assert.deepEqual(world.clients.map(({running}) => running), [false, true]);
});

test('"run" above an experiment runs that experiment alone', async () => {
  const world = new World();
  await world.activate();
  await world.commands['nnc.run']('file:///studies/a b.nn', 'grid');
  await world.commands['nnc.run']({uri: 'file:///studies/a b.nn', experiment: 'width'});
  assert.deepEqual(world.tasks.map(({execution}) => [execution.process, ...execution.args]), [
    ['nnc', 'run', '/studies/a b.nn', '--only', 'grid'], ['nnc', 'run', '/studies/a b.nn', '--only', 'width']]);
  assert.equal(world.tasks[0].execution.options.cwd, '/studies');
});

test('the command without an experiment runs the file in the editor', async () => {
  const world = new World();
  world.editor = '/studies/b.nn';
  await world.activate();
  await world.commands['nnc.run']();
  assert.deepEqual(world.tasks[0].execution.args, ['run', '/studies/b.nn']);
});

test('without a file there is a message and no task', async () => {
  const world = new World();
  await world.activate();
  await world.commands['nnc.run']();
  assert.equal(world.tasks.length, 0);
  assert.match(world.errors[0], /save/);
});

test('a server that cannot start is told once, and the commands work', async () => {
  const world = new World();
  world.serverError = new Error('spawn nnc ENOENT');
  const extension = await world.activate();
  assert.match(world.errors[0], /nnc lsp.*ENOENT/);
  await world.commands['nnc.run']('file:///a.nn', 'b');
  assert.equal(world.tasks.length, 1);
  await extension.deactivate();
});

test('in a folder that is not trusted nothing is started', async () => {
  const world = new World();
  world.trusted = false;
  await world.activate();
  assert.equal(world.clients.length, 0);
});

test('the manifest names files that exist and commands that the extension has', async () => {
  const {contributes} = read('package.json');
  const files = [contributes.languages[0].configuration, contributes.grammars[0].path, contributes.snippets[0].path];
  for (const file of files) assert.ok(existsSync(`${folder}/${file}`), file);
  const world = new World();
  await world.activate();
  assert.deepEqual(contributes.commands.map(({command}) => command).sort(), Object.keys(world.commands).sort());
});

test('the patterns of the language configuration are regular expressions, and indent what they should', () => {
  const {indentationRules, wordPattern, onEnterRules} = read('language-configuration.json');
  new RegExp(wordPattern);
  assert.match('## Documentation', new RegExp(onEnterRules[0].beforeText));
  const increase = new RegExp(indentationRules.increaseIndentPattern);
  for (const line of ['model ann() {', '  train a() on b with c {  # comment', '  enc(', 'let a = [']) assert.match(line, increase);
  for (const line of ['# model {', 'record { a: 1 }', '}', '"a { b"']) assert.doesNotMatch(line, increase);
  assert.match('  }', new RegExp(indentationRules.decreaseIndentPattern));
});
