#!/usr/bin/env bash
# Builds the site folder: style sheet, islands (wasm), fonts, icon; each file also compressed once.
# Does nothing when no source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
stamp=$target/site/.built
sources=(app/src/lib.rs app/src/islands app/src/api app/Cargo.toml domain/src .cargo Cargo.toml Cargo.lock style tools/site.sh)
if [ -f "$stamp" ] && [ -z "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]; then
  echo "site: up to date"
  exit 0
fi
export PATH="$PWD/tools/node_modules/.bin:$PATH"
mkdir -p target/style target/assets/fonts
while read -r part; do cat "style/$part"; echo; done < style/parts.txt > target/style/main.css
cp style/fonts/*.woff2 style/fonts/*.txt target/assets/fonts/
rm -rf "$target/site"
LEPTOS_SITE_ROOT="$target/site" cargo leptos build --release --frontend-only
# cargo-leptos keeps the hashed names; each is compressed once, here, and not at each request.
node tools/compress.mjs "$target/site"
touch "$stamp"
