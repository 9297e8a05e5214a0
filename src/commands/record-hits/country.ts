import { createRequire } from 'node:module';
import { open, type Response } from 'maxmind';
import { isPrivate } from '../../domain/ip.ts';
import { messageOf, OperatorError } from '../../platform/errors.ts';

/** The country of an address by ISO 3166-1 alpha-2, null where nobody knows. */
export type CountryOf = (ip: string) => string | null;

const DEFAULT_FILE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
/** Codes that registries use for "unknown", and Tor's. */
const UNKNOWN = new Set(['ZZ', 'XX', 'T1']);

/** Both layouts in use: flat, as in the file that ships, and MaxMind's. */
type CountryRecord = Response & { country_code?: unknown; country?: { iso_code?: unknown } };

/**
 * @param file a country or city database in MaxMind's format; undefined: the one that ships
 * @throws OperatorError for a file that is none
 */
export async function openCountries(file: string | undefined): Promise<CountryOf> {
  const path = file ?? createRequire(import.meta.url).resolve(DEFAULT_FILE);
  const reader = await open<CountryRecord>(path).catch((e: unknown) => {
    throw new OperatorError(`${path} is no database of countries: ${messageOf(e)}. Check ANTICS_GEOIP_FILE.`);
  });
  return (ip) => {
    const record = reader.get(ip);
    if (record === null) return null;
    const code = record.country_code ?? record.country?.iso_code;
    if (typeof code !== 'string' || !/^[A-Z]{2}$/.test(code) || UNKNOWN.has(code)) return null;
    return isPrivate(ip) ? null : code;
  };
}
