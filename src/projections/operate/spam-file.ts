import { readFile } from 'node:fs/promises';
import { parseSpamHosts } from '../../domain/rules/v1/spam/spam-hosts.ts';

/** The operator's own spam referrers (`ANTICS_REFERRER_SPAM_FILE`); none without a file. */
export async function readSpamHosts(file: string | undefined): Promise<string[]> {
  return file === undefined ? [] : parseSpamHosts(await readFile(file, 'utf8'));
}
