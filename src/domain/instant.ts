const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)([Zz]|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?$/;

/**
 * ISO 8601 as epoch milliseconds: a day (its beginning) or a time, in UTC unless it says where. Undefined: none.
 * `Date.parse` alone would take a time without a zone for the machine's, and 30 February for 2 March.
 */
export function parseInstant(text: string): number | undefined {
  const [, day, time = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  const offset = zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const at = Date.parse(`${day}T${time.replace(',', '.')}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}

/** The same for what happened somewhere: it has to say in which zone, as `2026-03-02T09:30:00+01:00` does. */
export function parseInstantWithZone(text: string): number | undefined {
  return /[T ].*(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? parseInstant(text) : undefined;
}
