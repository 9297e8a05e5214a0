import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { isKnown, preferredEncoding, readTracker } from './tracker.assets.ts';

describe('the tracker as a file', () => {
  it('is smaller than 1.5 kB when gzipped', async () => {
    const { gzip, identity } = await readTracker('antics.js');
    expect(gzip.body.length).toBeLessThan(1_500);
    expect(identity.body.length).toBeGreaterThan(gzip.body.length);
  });

  it('is a classic script: nothing to import, nothing left of TypeScript, no storage, no cookie', async () => {
    const code = (await readTracker('antics.js')).identity.body.toString();
    expect(() => new Function(code)).not.toThrow();
    expect(code).not.toMatch(/\bimport\b|\bexport\b|localStorage|sessionStorage|indexedDB|cookie/);
  });

  it('says the same in every encoding, under a strong ETag of each', async () => {
    const { identity, br, gzip } = await readTracker('antics.js');
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
