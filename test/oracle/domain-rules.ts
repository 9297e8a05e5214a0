import { interpretAgent } from '../../src/domain/rules/v1/agent/interpret-agent.ts';
import { deviceOf } from '../../src/domain/rules/v1/agent/device.ts';
import { referrerHost } from '../../src/domain/referrer.ts';
import { interpretSource } from '../../src/domain/rules/v1/source/interpret-source.ts';
import { defaultSpamHosts, spamMatcher } from '../../src/domain/rules/v1/spam/spam-hosts.ts';
import { isExcluded } from './exclusions.ts';
import type { LogRow } from './log-row.ts';
import type { Rules } from './rules.ts';

const isSpam = spamMatcher(defaultSpamHosts);
const hostOf = (row: LogRow): string | null => (row.referrer === null ? null : referrerHost(row.referrer));

const isBot = (row: LogRow): boolean => row.user_agent !== NOT_RECORDED && interpretAgent(row.user_agent).bot;

/** Stands for user agents beyond a day's limit of new ones: nothing is known of it, and it is no bot. */
const NOT_RECORDED = '(not recorded)';

/** The rules that ship, applied row by row. */
export const domainRules: Rules = {
  counts(row) {
    const host = hostOf(row);
    return row.verdict === null && !isBot(row) && !(host !== null && isSpam(host)) && !isExcluded(row);
  },
  agent(row) {
    const { browser, os, device } = interpretAgent(row.user_agent);
    return { browser, os, device: deviceOf(device, row.width) };
  },
  source: (row) =>
    interpretSource({
      hostname: row.hostname,
      referrerHost: hostOf(row),
      query: row.query,
      clickId: row.click_id,
    }),
};
