import { parseInstant, parseInstantWithZone } from './instant.ts';

it.each([
  ['2030-01-31', '2030-01-31T00:00:00.000Z'],
  ['2030-01-31T12:00', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:30', '2030-01-31T12:00:30.000Z'],
  ['2030-01-31T12:00:30Z', '2030-01-31T12:00:30.000Z'],
  ['2030-01-31t12:00:30.25z', '2030-01-31T12:00:30.250Z'],
  ['2030-01-31T12:00:30,123456789Z', '2030-01-31T12:00:30.123Z'],
  ['2030-01-31 12:00:30+05:30', '2030-01-31T06:30:30.000Z'],
  ['2030-01-31T12:00:30-0800', '2030-01-31T20:00:30.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
])('%s is %s, wherever the machine is', (text, iso) => {
  expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(iso);
});

it.each([
  '', 'soon', '2030', '2030-01', '2030-13-01', '2030-02-30', '2029-02-29', '2030-01-31T24:00:00Z', '2030-01-31T12:60Z',
  '2030-01-31T12:00:60Z', '2030-01-31T12:00:00+25:00', '20300131T120000Z', '+002030-01-31', ' 2030-01-31', '2030-01-31\n',
  'Thu, 31 Jan 2030 12:00:00 GMT', '1900000000',
])('%j is no time', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

it('of what happened somewhere, the zone has to be there', () => {
  expect(parseInstantWithZone('2030-01-31T12:00:30+0530')).toBe(Date.parse('2030-01-31T06:30:30Z'));
  expect(parseInstantWithZone('2030-01-31t12:00z')).toBe(Date.parse('2030-01-31T12:00:00Z'));
  for (const text of ['2030-01-31', '2030-01-31T12:00', '2030-01-31Z', '2030-02-30T00:00:00Z', 'T Z']) {
    expect([text, parseInstantWithZone(text)]).toEqual([text, undefined]);
  }
});
