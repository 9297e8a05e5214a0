import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip' | 'identity';

/** One form of the tracker as it goes over the wire. Each has a strong ETag of its own, as RFC 9110 §8.8.3 asks. */
export interface Representation {
  encoding: Encoding;
  body: Buffer;
  etag: string;
}

export type TrackerAsset = Readonly<Record<Encoding, Representation>>;

const folder = new URL('../../tracker/', import.meta.url);
const extension = { identity: '', br: '.br', gzip: '.gz' } as const satisfies Record<Encoding, string>;

/** The script as browsers get it: minified ES2017, classic (no module), so that one script tag is all it takes. */
export async function compileTracker(typescript: string): Promise<string> {
  const { transform } = await import('@swc/core'); // only where the script is built: the image ships without it
  const { code } = await transform(typescript, {
    filename: 'antics.ts',
    swcrc: false,
    configFile: false,
    isModule: false,
    minify: true,
    jsc: { target: 'es2017', parser: { syntax: 'typescript' }, minify: { compress: true, mangle: true } },
  });
  return code;
}

/** File name → contents, as the build writes them to `dist/tracker/` and `readTracker` finds them again. */
export function trackerFiles(code: string): Record<string, Buffer> {
  const plain = Buffer.from(code);
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  return {
    [`antics.js${extension.identity}`]: plain,
    [`antics.js${extension.br}`]: brotliCompressSync(plain, { params: brotli }),
    [`antics.js${extension.gzip}`]: gzipSync(plain, { level: 9 }),
  };
}

/**
 * Reads the built tracker from `dist/tracker/`. Run from the sources (tests), where nothing is built, it compiles
 * `src/tracker/antics.ts` instead. Fails where neither is there: a server without its tracker counts nothing.
 */
export async function readTracker(): Promise<TrackerAsset> {
  const fromSource = import.meta.url.endsWith('.ts');
  const files = fromSource
    ? trackerFiles(await compileTracker(await readFile(new URL('antics.ts', folder), 'utf8')))
    : await readBuilt();
  const plain = files['antics.js']!;
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  const represent = (encoding: Encoding): Representation => ({
    encoding,
    body: files[`antics.js${extension[encoding]}`]!,
    etag: encoding === 'identity' ? `"${hash}"` : `"${hash}-${encoding}"`,
  });
  return { identity: represent('identity'), br: represent('br'), gzip: represent('gzip') };
}

async function readBuilt(): Promise<Record<string, Buffer>> {
  const names = Object.values(extension).map((suffix) => `antics.js${suffix}`);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder))] as const)),
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
