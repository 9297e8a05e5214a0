// What `nest build` leaves out: the browser's side. Runs after it, because it empties dist/ and because the compiled
// tracker.assets.js is what knows how the tracker is compiled and under which names the server looks for it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const { compileTracker, trackerFiles } = await import(new URL('dist/http/tracker/tracker.assets.js', root).href);

const source = await readFile(new URL('src/tracker/antics.ts', root), 'utf8');
const target = new URL('dist/tracker/', root);
await mkdir(target, { recursive: true });
for (const [name, content] of Object.entries(trackerFiles(await compileTracker(source)))) {
  await writeFile(new URL(name, target), content);
}
