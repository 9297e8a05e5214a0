import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip' | 'identity';

/** One form of the tracker as it goes over the wire. Each has a strong ETag of its own, as RFC 9110 §8.8.3 asks. */
export interface Representation {
  encoding: Encoding;
  body: Buffer;
  etag: string;
}

export type TrackerAsset = Readonly<Record<Encoding, Representation>>;

/** The scripts by the names of their files, each with what its sources ask of `WHOLE`. */
const scripts = { 'antics.js': true, 'antics.core.js': false } as const;

export type TrackerName = keyof typeof scripts;
export const TRACKER_NAMES = Object.keys(scripts) as TrackerName[];

const folder = new URL('../../tracker/', import.meta.url);
const extension = { identity: '', br: '.br', gzip: '.gz' } as const satisfies Record<Encoding, string>;

/**
 * A script as browsers get it: minified ES2017, classic (no module), so that one script tag is all it takes.
 * `entry` is the path of `antics.ts`; how it and what it imports is read stands in `.swcrc` beside it.
 */
export async function compileTracker(entry: string, name: TrackerName): Promise<string> {
  const { bundle, minify } = await import('@swc/core'); // only where it is built: the image ships without it
  const bundled = await bundle({
    entry: { [name]: entry },
    output: { name, path: '' }, // nothing is written
    module: {},
    target: 'browser',
    mode: 'production',
  });
  // The page's own names are not ours to touch, and it must not notice what goes wrong.
  let code = `(()=>{try{const WHOLE=${scripts[name]};${bundled[name]!.code}}catch(e){}})()`;
  const compress = {
    passes: 6,
    hoist_props: true,
    keep_fargs: false,
    pure_getters: true,
    unsafe: true,
    unsafe_arrows: true,
    unsafe_comps: true,
    unsafe_methods: true,
  };
  // Twice: what the first leaves out is why the second finds more to fold.
  for (const mangle of [false, true]) {
    ({ code } = await minify(code, { ecma: 2017, module: false, toplevel: true, compress, mangle }));
  }
  return code.replace(/;$/, '');
}

/** File name → contents, as the build writes them to `dist/tracker/` and `readTracker` finds them again. */
export function trackerFiles(name: TrackerName, code: string): Record<string, Buffer> {
  const plain = Buffer.from(code);
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  return {
    [name + extension.identity]: plain,
    [name + extension.br]: brotliCompressSync(plain, { params: brotli }),
    [name + extension.gzip]: gzipSync(plain, { level: 9 }),
  };
}

/**
 * Reads a built script from `dist/tracker/`. Run from the sources (tests), where nothing is built, it compiles
 * `src/tracker/antics.ts` instead. Fails where neither is there: a server without its tracker counts nothing.
 */
export async function readTracker(name: TrackerName): Promise<TrackerAsset> {
  const fromSource = import.meta.url.endsWith('.ts');
  const files = fromSource
    ? trackerFiles(name, await compileTracker(fileURLToPath(new URL('antics.ts', folder)), name))
    : await readBuilt(name);
  const plain = files[name]!;
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  const represent = (encoding: Encoding): Representation => ({
    encoding,
    body: files[name + extension[encoding]]!,
    etag: encoding === 'identity' ? `"${hash}"` : `"${hash}-${encoding}"`,
  });
  return { identity: represent('identity'), br: represent('br'), gzip: represent('gzip') };
}

async function readBuilt(name: TrackerName): Promise<Record<string, Buffer>> {
  const names = Object.values(extension).map((suffix) => name + suffix);
  return Object.fromEntries(
    await Promise.all(names.map(async (file) => [file, await readFile(new URL(file, folder))] as const)),
  );
}

/**
 * The form a client prefers, by its `Accept-Encoding` (RFC 9110 §12.5.3). Between equal weights brotli wins, being
 * the smallest; plain text is always possible, because refusing the script over a header would help nobody.
 */
export function preferredEncoding(acceptEncoding: string | undefined): Encoding {
  const weights = new Map<string, number>();
  for (const item of (acceptEncoding ?? '').split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (coding === '') continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, q === undefined ? 1 : parseWeight(q));
  }
  const weightOf = (coding: Encoding): number =>
    // Plain text is acceptable without being named, but never preferred to what was named.
    weights.get(coding) ?? (coding === 'identity' ? Number.MIN_VALUE : (weights.get('*') ?? 0));

  const byPreference: Encoding[] = ['br', 'gzip', 'identity'];
  const best = byPreference.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a));
  return weightOf(best) > 0 ? best : 'identity';
}

/** A weight that is no number refuses the coding: the plain form is safe for every client. */
function parseWeight(q: string): number {
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 0;
}

/** Whether `If-None-Match` names this representation. The comparison is weak, as RFC 9110 §13.1.2 says. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, '') === etag);
}
