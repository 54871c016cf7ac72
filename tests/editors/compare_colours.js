// The editors colour every file as the compiler reads it:
//   node compare_colours.js COLOUR_MAP [vim] [tree-sitter]
// from the root of the repository. COLOUR_MAP is the program of colour_map.cpp; the others name what to compare beside
// TextMate. Nothing may differ.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {wellFormedFiles} from './files.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const [colourMap, ...others] = process.argv.slice(2);
const files = wellFormedFiles();

function run(command, args) {
  const {status, stdout, stderr, error} = spawnSync(command, args, {encoding: 'utf8', maxBuffer: 1 << 28});
  if (error || status !== 0) throw new Error(`${command} failed: ${error ?? stderr}`);
  return stdout;
}

function vimMap() {
  const folder = mkdtempSync(join(tmpdir(), 'nnc-vim-'));
  const output = join(folder, 'map');
  const list = files.map((file) => `'${file}'`).join(',');
  run('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '--cmd', `let files = [${list}] | let output = '${output}'`,
    '-S', join(here, 'vim_map.vim')]);
  const map = readFileSync(output, 'utf8');
  rmSync(folder, {recursive: true});
  return map;
}

const readers = {
  compiler: () => run(colourMap, files),
  textmate: () => run('node', [join(here, 'textmate_map.js'), ...files]),
  vim: vimMap,
  'tree-sitter': () => run('node', [join(here, 'tree_sitter_map.js'), ...files]),
};

// The maps of all files by their names.
function mapsOf(reader) {
  const parts = readers[reader]().split(/^== (.*)\n/m).slice(1);
  const maps = new Map();
  for (let i = 0; i < parts.length; i += 2) maps.set(parts[i], parts[i + 1].split('\n'));
  return maps;
}

// "4: `sweep` is k here, . there": neighbours that differ alike are told once.
function differences(text, expected, actual, file, reader) {
  const found = [];
  text.split('\n').forEach((line, number) => {
    const characters = [...line];
    for (let at = 0; at < characters.length; ++at) {
      const begin = at;
      const [wanted, got] = [expected[number]?.[at], actual[number]?.[at]];
      if (wanted === got) continue;
      while (expected[number]?.[at + 1] === wanted && actual[number]?.[at + 1] === got && at + 1 < characters.length) ++at;
      const part = characters.slice(begin, at + 1).join('');
      found.push(`${file}:${number + 1}: \`${part}\` is ${wanted}, to ${reader} ${got}: ${line.trim()}`);
    }
  });
  return found;
}

const expected = mapsOf('compiler');
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
let failed = 0;
for (const reader of ['textmate', ...others]) {
  const maps = mapsOf(reader);
  const found = files.flatMap((file) =>
    maps.has(file) ? differences(texts.get(file), expected.get(file), maps.get(file), file, reader) : [`${file}: ${reader} says nothing`]);
  found.slice(0, 60).forEach((line) => console.log(line));
  console.log(`${reader}: ${files.length} files, ${found.length} differences`);
  failed += found.length;
}
process.exit(failed === 0 && files.length > 50 ? 0 : 1);
