import { cleanText } from './text.ts';

/** Of sites and of folders, in code points. */
export const MAX_NAME = 200;
const MAX_GROUP = 200;

/** Control characters and ends of lines: a terminal, a mail or a log would act on them. */
const BREAKS = /[\p{Cc}\u2028\u2029]/gu;
/** Overrides and isolates of direction: text around the name would be shown turned about. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it is stored: one line, that looks like what it is. */
export function cleanName(text: string): string {
  return cleanText(text).replace(BREAKS, ' ').replace(TURNS, '').trim();
}

/** What is wrong with the name of a site or a folder, blank or too long, or undefined. */
export function nameFault(text: string): string | undefined {
  return cleanName(text) === '' ? 'must not be empty' : nameLengthFault(text);
}

/** The same where a blank name stands for another one. */
export function nameLengthFault(text: string): string | undefined {
  return [...cleanName(text)].length > MAX_NAME ? `must be at most ${MAX_NAME} characters` : undefined;
}

/** A group's name as it is stored: proxies send a list of them, with commas and spaces around each. */
export function cleanGroup(text: string): string {
  return text.trim();
}

/** What is wrong with a group's name: what a proxy could never send would let nobody in. */
export function groupFault(text: string): string | undefined {
  const group = cleanGroup(text);
  if (!/^[^,\p{Cc}\p{Cs}]+$/u.test(group)) return 'must be the name of one group: printable, and without a comma';
  return [...group].length > MAX_GROUP ? `must be at most ${MAX_GROUP} characters` : undefined;
}
