// Prints what a citizen's browser loads, compressed, and fails above the limits.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LOADER_LIMIT = 5 * 1024;
const FIRST_LOAD_LIMIT = 45 * 1024;

const size = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const entry = manifest["src/app/main.tsx"];
const first = [entry.file, ...(entry.css ?? [])];
for (const name of entry.imports ?? [])
  first.push(manifest[name].file, ...(manifest[name].css ?? []));

const total = first.reduce((sum, file) => sum + size(file), 0);
const loader = size("loader.js");
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`loader      ${kilobytes(loader)} gzip (limit ${kilobytes(LOADER_LIMIT)})`);
console.log(
  `first load  ${kilobytes(total)} gzip (limit ${kilobytes(FIRST_LOAD_LIMIT)}): ${first.join(", ")}`,
);
for (const chunk of Object.values(manifest)) {
  if (chunk !== entry && !first.includes(chunk.file))
    console.log(`later       ${kilobytes(size(chunk.file))} ${chunk.file}`);
}
if (loader > LOADER_LIMIT || total > FIRST_LOAD_LIMIT) {
  console.error("The widget is larger than its limits.");
  process.exit(1);
}
