// The programs that the editors' grammars are tried on: all of the repository that the compiler accepts.
import {readdirSync, readFileSync} from 'node:fs';

// Only mistakes E01xx are of the syntax; cases mark theirs.
function isWellFormed(path) {
  return !/#~\^* *error\[E01|\[unmarked\]/.test(readFileSync(path, 'utf8'));
}

function nnFilesIn(folder) {
  return readdirSync(folder, {recursive: true}).map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith('.nn')).sort();
}

export const wellFormedFiles = () =>
  ['examples', 'stdlib', 'tests/editors/corpus', 'tests/cases', 'tests/bench/works'].flatMap(nnFilesIn).filter(isWellFormed);
