// How VS Code colours files, in the letters of colour_map.cpp:  node textmate_map.js FILE...
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const grammarPath = 'grammar/editors/vscode/syntaxes/nn.tmLanguage.json';

// The innermost scope that one of these begins decides.
const letters = [
  ['comment', 'c'], ['constant.character', 's'], ['string', 's'], ['invalid', 's'], ['constant.numeric', 'n'],
  ['constant.language', 'l'], ['keyword.operator', '.'], ['keyword', 'k'], ['storage', 'k'], ['support.type', 't'],
  ['support.function', 'b'], ['variable.language', 'i'], ['variable', '.'], ['entity', '.'], ['meta.embedded', '.'],
];

function letterOf(scopes) {
  for (const scope of [...scopes].reverse())
    for (const [start, letter] of letters)
      if (scope.startsWith(start)) return letter;
  return '.';
}

async function loadGrammar() {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarPath, 'utf8'), grammarPath),
  });
  return registry.loadGrammar('source.nn');
}

const grammar = await loadGrammar();
for (const path of process.argv.slice(2)) {
  let state = textmate.INITIAL;
  const lines = readFileSync(path, 'utf8').split('\n').map((line) => {
    const {tokens, ruleStack} = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({startIndex, endIndex, scopes}) =>
      line.slice(startIndex, endIndex).replace(/[^ \t\r]/gu, letterOf(scopes))).join('');
  });
  process.stdout.write(`== ${path}\n${lines.join('\n')}\n`);
}
