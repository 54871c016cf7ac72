// How tree-sitter colours files, in the letters of colour_map.cpp:  node tree_sitter_map.js FILE...
// TREE_SITTER is the program, TREE_SITTER_NN a folder with the generated parser (both set by ./tree_sitter).
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';

const letters = {
  comment: 'c', string: 's', 'string.escape': 's', number: 'n', 'number.float': 'n', boolean: 'l', 'constant.builtin': 'l',
  keyword: 'k', 'keyword.conditional': 'k', 'keyword.repeat': 'k', 'keyword.operator': 'k', 'type.builtin': 't',
  'function.builtin': 'b', 'variable.builtin': 'i',
};

function captures(path) {
  const {status, stdout, stderr} = spawnSync(process.env.TREE_SITTER,
    ['query', '--captures', 'queries/highlights.scm', resolve(path)],
    {cwd: process.env.TREE_SITTER_NN, encoding: 'utf8', maxBuffer: 1 << 28});
  if (status !== 0) throw new Error(stderr);
  const line = /capture: \d+ - ([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)/g;
  return [...stdout.matchAll(line)].map(([, name, ...places]) => ({name, places: places.map(Number)}));
}

// Places are bytes of lines.
function mapOf(path) {
  const lines = readFileSync(path).toString('latin1').split('\n');
  const map = lines.map((line) => [...line].map(() => '.'));
  const whole = new Set();
  for (const {name, places: [line, column, endLine, endColumn]} of captures(path)) {
    const place = [line, column, endLine, endColumn].join();
    if (whole.has(place)) throw new Error(`${path}:${line + 1}:${column + 1} is captured twice, the second time as ${name}`);
    whole.add(place);
    for (let row = line; row <= endLine; ++row) {
      const end = row === endLine ? endColumn : lines[row].length;
      for (let at = row === line ? column : 0; at < end; ++at) map[row][at] = letters[name] ?? '.';
    }
  }
  // A byte that goes on with a character of UTF-8 shows nothing.
  return lines.map((line, row) => [...line].map((c, at) =>
    (c >= '\x80' && c < '\xc0' ? '' : /[ \t\r]/.test(c) ? c : map[row][at])).join('')).join('\n');
}

for (const path of process.argv.slice(2)) process.stdout.write(`== ${path}\n${mapOf(path)}\n`);
