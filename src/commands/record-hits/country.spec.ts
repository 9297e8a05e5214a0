import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../../platform/errors.ts';
import { openCountries, type CountryOf } from './country.ts';

describe('the country of an address', () => {
  let countryOf: CountryOf;
  beforeAll(async () => {
    countryOf = await openCountries(undefined);
  });

  it.each([
    ['8.8.8.8', 'US'],
    ['2001:4860:4860::8888', 'US'],
    ['10.0.0.1', null],
    ['127.0.0.1', null],
    ['::1', null],
    ['100.64.0.1', null],
    ['', null],
    ['no address', null],
  ])('of %s is %s', (ip, country) => expect(countryOf(ip)).toBe(country));

  it('cannot be had from a file of something else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'antics-country-'));
    const file = join(folder, 'x.mmdb');
    await writeFile(file, 'no database');
    await expect(openCountries(file)).rejects.toThrow(OperatorError);
    await expect(openCountries(join(folder, 'missing'))).rejects.toThrow(/ANTICS_GEOIP_FILE/);
    await rm(folder, { recursive: true });
  });
});
