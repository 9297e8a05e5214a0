import { isbot } from 'isbot';

/** Machines that the list of isbot does not know (yet). */
const MORE_BOTS = new RegExp(
  [
    'gtmetrix|lighthouse|uptime|site24x7',
    'puppeteer|webdriver|phantomjs|slimerjs|prerender',
    'httpie|\\baxios\\/|okhttp|\\bundici\\b|\\bdart:io|guzzle|aiohttp|libwww|mechanize|go-http-client',
    '(?:claude|chatgpt|perplexity|mistralai)-user|claude-web|meta-external|bytespider',
    '\\bk6\\/|\\bwrk\\/|vegeta',
  ].join('|'),
  'i',
);

/** A machine by its user agent: crawlers, monitors, headless browsers, tools such as curl, and whoever says nothing. */
export function isBotAgent(userAgent: string): boolean {
  const text = userAgent.trim();
  return text === '' || MORE_BOTS.test(text) || isbot(text);
}
