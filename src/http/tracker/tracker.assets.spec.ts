import { createContext, runInContext, Script } from 'node:vm';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { isKnown, preferredEncoding, readTracker, TRACKER_NAMES, type TrackerName } from './tracker.assets.ts';

/** What the scripts may weigh, gzipped. */
const BOUNDS: Record<TrackerName, number> = { 'antics.js': 1600, 'antics.core.js': 1000 };

describe.each(TRACKER_NAMES)('%s as a file', (name) => {
  it(`is at most ${BOUNDS[name]} bytes when gzipped`, async () => {
    const { gzip, br, identity } = await readTracker(name);
    console.log(`${name}: ${gzip.body.length} bytes gzipped, ${br.body.length} brotli, ${identity.body.length} plain`);
    expect(gzip.body.length).toBeLessThanOrEqual(BOUNDS[name]);
  });

  it('is a classic script: nothing to import, nothing left of TypeScript or of the other file, nothing kept', async () => {
    const code = (await readTracker(name)).identity.body.toString();
    expect(() => new Script(code)).not.toThrow();
    expect(code).not.toMatch(/\bimport\b|\bexport\b|WHOLE|if\(0\)|sessionStorage|indexedDB|cookie|setItem/);
    expect(code.match(/localStorage[.\w]*/g)).toEqual(['localStorage.antics_ignore']);
  });

  it('leaves no name behind but window.antics', async () => {
    const code = (await readTracker(name)).identity.body.toString();
    const page = createContext({});
    runInContext(code, page); // finds no document, and keeps that to itself
    expect(Object.keys(page)).toEqual([]);
  });

  it('says the same in every encoding, under a strong ETag of each', async () => {
    const { identity, br, gzip } = await readTracker(name);
    expect(brotliDecompressSync(br.body)).toEqual(identity.body);
    expect(gunzipSync(gzip.body)).toEqual(identity.body);
    const tags = [identity.etag, br.etag, gzip.etag];
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[\w-]+"$/);
  });
});

describe('the encoding a client prefers', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0', 'identity'],
    ['br;q=0, gzip', 'gzip'],
    ['br ; q=0.000 , gzip;q=0.1', 'gzip'],
    ['gzip;q=1.0, br;q=0.8', 'gzip'],
    ['br;q=0.5, gzip;q=0.5', 'br'],
    ['identity, br;q=0.5', 'identity'],
    ['*', 'br'],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['*;q=0', 'identity'],
    ['identity;q=0', 'identity'],
    ['deflate', 'identity'],
    ['br;q=nonsense', 'identity'],
    ['br;q=2', 'identity'],
    [',,;q=1', 'identity'],
  ])('of %j is %s', (header, encoding) => {
    expect(preferredEncoding(header)).toBe(encoding);
  });
});

describe('If-None-Match', () => {
  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    ['', false],
    [undefined, false],
  ])('%j knows "a": %s', (header, known) => {
    expect(isKnown(header, '"a"')).toBe(known);
  });
});
