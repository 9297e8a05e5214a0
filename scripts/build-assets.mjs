// What `nest build` leaves out: the browser's side. Runs after it, because it empties dist/ and because the compiled
// tracker.assets.js is what knows how the tracker is compiled and under which names the server looks for it.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const { compileTracker, trackerFiles, TRACKER_NAMES } = await import(
  new URL('dist/http/tracker/tracker.assets.js', root).href
);

const entry = fileURLToPath(new URL('src/tracker/antics.ts', root));
const target = new URL('dist/tracker/', root);
await mkdir(target, { recursive: true });
for (const script of TRACKER_NAMES) {
  const files = trackerFiles(script, await compileTracker(entry, script));
  for (const [name, content] of Object.entries(files)) await writeFile(new URL(name, target), content);
  // Beside what a command answers, which programs read.
  process.stderr.write(`${script}: ${files[`${script}.gz`].length} bytes gzipped, ${files[`${script}.br`].length} brotli\n`);
}
