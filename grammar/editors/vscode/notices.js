// The licences of what esbuild has bundled, from its metafile: node notices.js dist/meta.json > ThirdPartyNotices.txt
const {readdirSync, readFileSync} = require('node:fs');

const {inputs} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const folders = new Set(Object.keys(inputs).map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
for (const folder of [...folders].sort()) {
  const licence = readdirSync(folder).find((file) => /^licen[sc]e/i.test(file));
  if (!licence) throw new Error(`${folder} has no licence`);
  console.log(`== ${folder.replace(/^.*node_modules\//, '')}\n\n${readFileSync(`${folder}/${licence}`, 'utf8')}`);
}
