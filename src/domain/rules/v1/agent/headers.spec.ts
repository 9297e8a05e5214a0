import { isBotByHeaders, isPrefetch } from './headers.ts';

describe('a page fetched ahead', () => {
  it.each([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { 'sec-purpose': 'prefetch;anonymous-client-ip' },
    { purpose: 'prefetch' },
    { purpose: 'Prefetch' },
    { 'x-moz': 'prefetch' },
    { 'x-purpose': 'preview' },
    { 'x-purpose': ['', 'preview'] },
  ])('is told by %j', (headers) => {
    expect(isPrefetch(headers)).toBe(true);
  });

  it.each([{}, { 'sec-purpose': '' }, { purpose: 'none' }, { 'x-moz': 'unprefetched' }, { 'x-other': 'prefetch' }])(
    'is not told by %j',
    (headers) => {
      expect(isPrefetch(headers)).toBe(false);
    },
  );
});

describe('a machine', () => {
  it.each([
    { 'sec-ch-ua': '"HeadlessChrome";v="131", "Not_A Brand";v="24"' },
    { from: 'googlebot(at)googlebot.com' },
    { 'signature-agent': '"https://chatgpt.com"' },
    { 'x-datadog-origin': 'synthetics-browser' },
  ])('is told by %j', (headers) => {
    expect(isBotByHeaders(headers)).toBe(true);
  });

  it.each([
    {},
    { 'sec-ch-ua': '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"' },
    { 'signature-agent': '' },
    { 'user-agent': 'curl/8.5.0' },
    { from: 'jane@example.com' },
    { 'x-datadog-origin': 'rum' },
  ])('is not told by %j', (headers) => {
    expect(isBotByHeaders(headers)).toBe(false);
  });
});
