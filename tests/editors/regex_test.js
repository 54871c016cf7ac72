// GitHub reads the TextMate grammar with PCRE, VS Code with Oniguruma: every expression is one to PCRE, too.
//   node --test regex_test.js      from the root of the repository; grep -P is PCRE
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';

function expressionsIn(rule) {
  if (rule === null || typeof rule !== 'object') return [];
  const own = ['match', 'begin', 'end'].map((key) => rule[key]).filter((value) => typeof value === 'string');
  return [...own, ...Object.values(rule).flatMap(expressionsIn)];
}

test('every regular expression is one to PCRE', () => {
  const expressions = expressionsIn(JSON.parse(readFileSync('grammar/editors/vscode/syntaxes/nn.tmLanguage.json', 'utf8')));
  assert.ok(expressions.length > 80);
  for (const expression of expressions) {
    const {status, stderr} = spawnSync('grep', ['-P', '-e', expression], {input: '', encoding: 'utf8'});
    assert.equal(status, 1, `${expression}: ${stderr}`);  // 1: nothing found in nothing; 2: no expression
  }
});
