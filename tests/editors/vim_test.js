// Vim indents what is there as it is written:  node --test vim_test.js      from the root of the repository
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {wellFormedFiles} from './files.js';

const script = fileURLToPath(new URL('vim_indent.vim', import.meta.url));

test('Vim indents the examples and the standard library as they are', () => {
  const files = wellFormedFiles().filter((file) => /^(examples|stdlib)\//.test(file)).map((file) => `'${file}'`).join(',');
  const output = join(tmpdir(), `nnc-indent-${process.pid}`);
  const {status} = spawnSync('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '--cmd',
    `let files = [${files}] | let output = '${output}'`, '-S', script]);
  assert.equal(status, 0);
  assert.equal(readFileSync(output, 'utf8'), '');
});
