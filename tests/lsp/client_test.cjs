// The language server with the protocol's own client library: every request over real pipes, the life cycle, and what
// a process must do when its client goes away.
"use strict";
const assert = require("node:assert");
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const { pathToFileURL } = require("node:url");
const zlib = require("node:zlib");
const rpc = require("vscode-jsonrpc/node");
const lsp = require("vscode-languageserver-protocol");

const program = process.env.NNC_PROGRAM;
const study = fs.readFileSync("examples/fashion_mnist.nn", "utf8");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nnc-lsp-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
const uriOf = (name) => pathToFileURL(path.join(folder, name)).href;

const clients = [];
test.after(() => clients.forEach((client) => client.process.kill()));

class Client {
  constructor() {
    clients.push(this);
    const env = { ...process.env, XDG_CACHE_HOME: path.join(folder, "cache") };
    this.process = spawn(program, ["lsp", "--stdio"], { env, stdio: ["pipe", "pipe", "pipe"] });
    this.stderr = "";
    this.process.stderr.on("data", (text) => (this.stderr += text));
    this.ended = new Promise((resolve) => this.process.on("exit", (code) => resolve(code)));
    this.connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(this.process.stdout), new rpc.StreamMessageWriter(this.process.stdin));
    this.diagnostics = new Map();
    this.waiting = [];
    this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      this.diagnostics.set(params.uri, params);
      this.waiting = this.waiting.filter((wait) => !wait(params));
    });
    this.lensesChanged = () => {};
    this.connection.onRequest(lsp.InlayHintRefreshRequest.type, () => null);
    this.connection.onRequest(lsp.CodeLensRefreshRequest.type, () => { this.lensesChanged(); return null; });
    this.connection.listen();
  }

  async start(general = {}, initializationOptions = undefined) {
    const answer = await this.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      initializationOptions,
      capabilities: {
        general,
        textDocument: {
          publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
          documentSymbol: { hierarchicalDocumentSymbolSupport: true },
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
        },
        workspace: {
          workspaceEdit: { documentChanges: true },
          inlayHint: { refreshSupport: true },
          codeLens: { refreshSupport: true },
        },
      },
    });
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    return answer;
  }

  open(uri, text) {
    return this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "nn", version: 1, text } });
  }
  change(uri, version, contentChanges) {
    return this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version }, contentChanges });
  }
  // The diagnostics of that version of the document.
  published(uri, version) {
    const known = this.diagnostics.get(uri);
    if (known && known.version === version) return Promise.resolve(known.diagnostics);
    return new Promise((resolve) => this.waiting.push((params) => {
      const found = params.uri === uri && params.version === version;
      if (found) resolve(params.diagnostics);
      return found;
    }));
  }
  ask(type, params) { return this.connection.sendRequest(type, params); }
  async stop() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    const code = await this.ended;
    this.connection.dispose();
    return code;
  }
}

// Where a piece of a text begins, plus so many characters.
function place(text, piece, more = 0) {
  const at = text.indexOf(piece);
  assert.notStrictEqual(at, -1, piece);
  const before = text.slice(0, at + more).split("\n");
  return { line: before.length - 1, character: before[before.length - 1].length };
}
const apply = (text, edits) => {
  const lines = text.split("\n");
  const offset = (at) => lines.slice(0, at.line).reduce((sum, line) => sum + line.length + 1, 0) + at.character;
  return [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce((result, edit) => result.slice(0, offset(edit.range.start)) + edit.newText + result.slice(offset(edit.range.end)), text);
};

test("the whole study: every request answers, and the server ends in order", async () => {
  const client = new Client();
  const uri = uriOf("study.nn");
  const textDocument = { uri };
  const { capabilities } = await client.start();
  assert.strictEqual(capabilities.textDocumentSync.change, lsp.TextDocumentSyncKind.Incremental);
  await client.open(uri, study);
  assert.deepStrictEqual(await client.published(uri, 1), []);

  const hover = await client.ask(lsp.HoverRequest.type, { textDocument, position: place(study, "conv2d", 2) });
  assert.match(hover.contents.value, /layer conv2d\(channels: int/);
  assert.match(hover.contents.value, /26x26x32/);
  const hints = await client.ask(lsp.InlayHintRequest.type, {
    textDocument, range: { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } } });
  assert.ok(hints.some((hint) => hint.label === "→ 784"));
  const lenses = await client.ask(lsp.CodeLensRequest.type, { textDocument });
  assert.strictEqual(lenses.length, 7);
  assert.strictEqual(lenses[2].command.title, "run: 4 trials, 375 epochs declared");

  const completion = await client.ask(lsp.CompletionRequest.type, {
    textDocument, position: place(study, "baseline.test.accuracy", "baseline.test.".length) });
  assert.ok(completion.items.some((item) => item.label === "roc_auc"));
  const help = await client.ask(lsp.SignatureHelpRequest.type, {
    textDocument, position: place(study, "dense(10, softmax", "dense(10, ".length) });
  assert.strictEqual(help.activeParameter, 1);

  const definition = await client.ask(lsp.DefinitionRequest.type, {
    textDocument, position: place(study, "dense(units", 2) });
  assert.match(definition.uri, /stdlib\/layers\.nn$/);
  const library = fs.readFileSync(new URL(definition.uri), "utf8").split("\n");
  assert.match(library[definition.range.start.line], /^layer dense\(/);
  const references = await client.ask(lsp.ReferencesRequest.type, {
    textDocument, position: place(study, "recipe standard", 8), context: { includeDeclaration: true } });
  assert.strictEqual(references.length, 8);
  const highlights = await client.ask(lsp.DocumentHighlightRequest.type, {
    textDocument, position: place(study, "recipe standard", 8) });
  assert.strictEqual(highlights.length, 8);

  const symbols = await client.ask(lsp.DocumentSymbolRequest.type, { textDocument });
  assert.ok(symbols.some((symbol) => symbol.name === "grid" && symbol.children.length === 2));
  const folds = await client.ask(lsp.FoldingRangeRequest.type, { textDocument });
  assert.ok(folds.length > 10);
  const tokens = await client.ask(lsp.SemanticTokensRequest.type, { textDocument });
  assert.ok(tokens.data.length > 500 && tokens.data.length % 5 === 0);

  const position = place(study, "sweep blocks", 8);
  const prepared = await client.ask(lsp.PrepareRenameRequest.type, { textDocument, position });
  assert.strictEqual(prepared.placeholder, "blocks");
  const edit = await client.ask(lsp.RenameRequest.type, { textDocument, position, newName: "depth_of_it" });
  const [{ edits }] = edit.documentChanges;
  const renamed = apply(study, edits);
  assert.ok(renamed.includes("best(convolution).depth_of_it == 1"));
  assert.ok(renamed.includes("repeat blocks {"));
  await client.change(uri, 2, [{ text: renamed }]);
  assert.deepStrictEqual(await client.published(uri, 2), []);
  await assert.rejects(client.ask(lsp.RenameRequest.type, {
    textDocument, position: place(renamed, "flatten", 2), newName: "flat" }), /standard library/);
  assert.strictEqual(await client.stop(), 0);
  assert.strictEqual(client.stderr, "");
});

// A study of its own on 60 images of 6x6, in a folder that has nothing else.
function smallStudy(name) {
  const home = path.join(folder, name);
  fs.mkdirSync(home);
  const idx = (sizes, bytes) => zlib.gzipSync(Buffer.concat([
    Buffer.from([0, 0, 8, sizes.length]), ...sizes.map((size) => Buffer.from([0, 0, 0, size])), Buffer.from(bytes)]));
  for (const [part, count] of [["train", 60], ["t10k", 20]]) {
    fs.writeFileSync(path.join(home, `${part}-images-idx3-ubyte.gz`), idx([count, 6, 6], Array(count * 36).fill(7)));
    fs.writeFileSync(path.join(home, `${part}-labels-idx1-ubyte.gz`), idx([count], [...Array(count).keys()].map((i) => i % 3)));
  }
  const file = path.join(home, "study.nn");
  fs.writeFileSync(file, 'data small = idx(".")\nmodel net {\n  flatten\n  dense(3, softmax)\n}\n' +
    "recipe quick { loss: cross_entropy; optimizer: adam; batch: 10; epochs: 20 }\n" +
    "experiment one { train net on small with quick }\n");
  return { home, file, uri: pathToFileURL(file).href, text: fs.readFileSync(file, "utf8") };
}
const lensTitle = async (client, uri) =>
  (await client.ask(lsp.CodeLensRequest.type, { textDocument: { uri } }))[0].command.title;
// Parent and state of a process, and nothing of one that is gone.
const processOf = (id) => {
  try {
    const [state, parent] = fs.readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1].split(" ");
    return { state, parent };
  } catch { return undefined; }
};
const childOf = (pid) => fs.readdirSync("/proc").find((id) => /^\d+$/.test(id) && processOf(id)?.parent === String(pid));

test("lenses come to say how long a run takes, and nothing is written beside the program", async () => {
  const client = new Client();
  const { home, file, uri, text } = smallStudy("timed");
  const before = fs.readdirSync(home);
  await client.start();
  await client.open(uri, text);
  await client.published(uri, 1);
  // A machine that is busy may need longer than the server waits: what is saved is tried again.
  let title = await lensTitle(client, uri);
  for (let version = 2; version < 7 && !/about/.test(title); ++version) {
    const end = Date.now() + 65000;
    while (Date.now() < end && !/about/.test(title)) {
      await Promise.race([new Promise((resolve) => (client.lensesChanged = resolve)),
                          new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now())).unref())]);
      title = await lensTitle(client, uri);
    }
    await client.connection.sendNotification(lsp.DidSaveTextDocumentNotification.type, { textDocument: { uri } });
  }
  assert.match(title, /^run: 1 trial, 20 epochs declared, about \d/);
  await client.change(uri, 2, [{ text: text.replace("batch: 10", "batch: 20") }]);
  assert.strictEqual(await lensTitle(client, uri), "run: 1 trial, 20 epochs declared");
  assert.deepStrictEqual(fs.readdirSync(home), before);
  assert.strictEqual(fs.readFileSync(file, "utf8"), text);
  assert.strictEqual(await client.stop(), 0);
  assert.strictEqual(client.stderr, "");
});

test("a client that wants no times has no process for them, and a killed server leaves none", async () => {
  const begun = async (name, options, tries) => {
    const client = new Client();
    const { uri, text } = smallStudy(name);
    await client.start({}, options);
    await client.open(uri, text);
    await client.published(uri, 1);
    await lensTitle(client, uri);
    let child;
    for (let i = 0; i < tries && child === undefined; ++i) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      child = childOf(client.process.pid);
    }
    client.process.kill("SIGKILL");
    await client.ended;
    return child;
  };
  assert.strictEqual(await begun("unwanted", { estimateTime: false }, 40), undefined);
  const child = await begun("wanted", undefined, 2000);
  assert.notStrictEqual(child, undefined);
  const alive = () => !["Z", "X", undefined].includes(processOf(child)?.state);
  for (let i = 0; i < 500 && alive(); ++i) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!alive());
});

test("mistakes come while typing, with fixes, and go when they are mended", async () => {
  const client = new Client();
  const uri = uriOf("mistakes.nn");
  await client.start();
  const text = "# 漢字 😀\nmodel m {\n  input 28x28x1; flatten\n  dence(10)\n}\n";
  await client.open(uri, text);
  const [diagnostic] = await client.published(uri, 1);
  assert.strictEqual(diagnostic.code, "E0201");
  assert.deepStrictEqual(diagnostic.range.start, { line: 3, character: 2 });
  assert.match(fs.readFileSync(new URL(diagnostic.codeDescription.href), "utf8"), /E0201/);
  const actions = await client.ask(lsp.CodeActionRequest.type, {
    textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [diagnostic] } });
  const [edit] = actions[0].edit.changes[uri];
  await client.change(uri, 2, [{ range: edit.range, text: edit.newText }]);
  assert.deepStrictEqual((await client.published(uri, 2)).filter((found) => found.severity === 1), []);
  assert.strictEqual(await client.stop(), 0);
});

test("formatting gives the edits that `nnc fmt` would make, and none to a text with mistakes of syntax", async () => {
  const client = new Client();
  const textDocument = { uri: uriOf("format.nn") };
  const options = { tabSize: 8, insertSpaces: false };
  await client.start();
  const text = "# 漢字 😀\nmodel m{\ninput 28x28x1   # the image\n\n\n\n      flatten\n dense( 10,softmax )\n}\n";
  await client.open(textDocument.uri, text);
  const edits = await client.ask(lsp.DocumentFormattingRequest.type, { textDocument, options });
  const file = path.join(folder, "format.nn");
  fs.writeFileSync(file, text);
  execFileSync(program, ["fmt", file]);
  assert.strictEqual(apply(text, edits), fs.readFileSync(file, "utf8"));
  assert.notStrictEqual(apply(text, edits), text);
  await client.change(textDocument.uri, 2, [{ text: "model m{\n" }]);
  assert.deepStrictEqual(await client.ask(lsp.DocumentFormattingRequest.type, { textDocument, options }), []);
  assert.strictEqual(await client.stop(), 0);
});

test("positions count bytes where the client offers it", async () => {
  const client = new Client();
  const uri = uriOf("bytes.nn");
  const { capabilities } = await client.start({ positionEncodings: ["utf-8", "utf-16"] });
  assert.strictEqual(capabilities.positionEncoding, "utf-8");
  await client.open(uri, 'let a = "😀"; let b = nothing_there\n');
  const [diagnostic] = await client.published(uri, 1);
  assert.strictEqual(diagnostic.range.start.character, 24);
  assert.strictEqual(await client.stop(), 0);
});

test("exit without shutdown ends with 1, and so does the end of the input", async () => {
  const first = new Client();
  await first.start();
  await first.connection.sendNotification(lsp.ExitNotification.type);
  assert.strictEqual(await first.ended, 1);
  const second = new Client();
  await second.start();
  second.process.stdin.end();
  assert.strictEqual(await second.ended, 1);
});

test("a stream that is none ends with an error that says so", async () => {
  const client = new Client();
  client.process.stdin.write("GET / HTTP/1.1\r\n\r\n");
  assert.strictEqual(await client.ended, 1);
  assert.match(client.stderr, /Content-Length/);
});

test("a request that is cancelled at once is answered as cancelled or done, and the next one works", async () => {
  const client = new Client();
  const uri = uriOf("cancel.nn");
  await client.start();
  await client.open(uri, study);
  const source = new rpc.CancellationTokenSource();
  const request = client.connection.sendRequest(lsp.HoverRequest.type, { textDocument: { uri }, position: { line: 9, character: 4 } }, source.token);
  source.cancel();
  await request.then(() => {}, (error) => assert.strictEqual(error.code, -32800));
  assert.ok(await client.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri } }));
  assert.strictEqual(await client.stop(), 0);
});

test("a file that is a pipe is a mistake of the program, not something to wait for", async () => {
  const client = new Client();
  const pipe = path.join(folder, "pipe.nn");
  execFileSync("mkfifo", [pipe]);
  const uri = uriOf("imports.nn");
  await client.start();
  await client.open(uri, 'import "pipe.nn"\nimport "/dev/stdin"\n');
  const found = await client.published(uri, 1);
  assert.strictEqual(found.length, 2);
  for (const diagnostic of found) assert.match(diagnostic.message, /not a regular file|cannot open/);
  assert.strictEqual(await client.stop(), 0);
});

test("thousands of cancellations at once leave the server answering", async () => {
  const client = new Client();
  await client.start();
  await client.open(uriOf("storm.nn"), study);
  const frames = Array.from({ length: 20000 }, (_, id) => JSON.stringify({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }))
    .map((body) => `Content-Length: ${body.length}\r\n\r\n${body}`);
  client.process.stdin.write(frames.join(""));
  assert.ok(await client.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri: uriOf("storm.nn") } }));
  assert.strictEqual(await client.stop(), 0);
});

test("a sweep of many models blocks nothing", async () => {
  const client = new Client();
  const uri = uriOf("large.nn");
  await client.start();
  const large = study.slice(0, study.indexOf("experiment baseline")) +
    "experiment many {\n  sweep a in 1 .. 100\n  sweep b in 1 .. 100\n  train ann([a, b]) on fashion with standard\n}\n";
  await client.open(uri, large);
  await new Promise((resolve) => setTimeout(resolve, 150));  // the work on shapes has begun
  const symbols = await client.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri } });
  assert.ok(symbols.some((symbol) => symbol.name === "many"));
  await client.change(uri, 2, [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "oops\n" }]);
  assert.ok((await client.published(uri, 2)).length > 0);
  assert.strictEqual(await client.stop(), 0);
});
