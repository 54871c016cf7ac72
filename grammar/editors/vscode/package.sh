#!/usr/bin/env bash
# Packages the extension: grammar/editors/vscode/package.sh [FILE.vsix]     build/nn.vsix if none is given
# The packages it needs come through npm once (package-lock.json); nothing else is fetched. Needs Node 20.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(realpath --canonicalize-missing "${1-$here/../../../build/nn.vsix}")
work=$(dirname "$out")/vscode
mkdir -p "$work"
cp -r "$here"/{package.json,package-lock.json,.vscodeignore,README.md,extension.js,notices.js,language-configuration.json,syntaxes,snippets} "$work"
cp "$here/../../../LICENSE" "$work"
cd "$work"
cmp --silent package-lock.json node_modules/.installed ||
  npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
cp package-lock.json node_modules/.installed
npm run --silent build -- --log-level=warning --metafile=dist/meta.json
node notices.js dist/meta.json > ThirdPartyNotices.txt
npm run --silent package -- --out "$out"
