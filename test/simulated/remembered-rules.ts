import type { LogRow } from '../oracle/log-row.ts';
import type { Rules } from '../oracle/rules.ts';

/** The same rules, applied once per distinct input: a large log has few of them, and the recount asks for each row. */
export function remembered(rules: Rules): Rules {
  const isGood = once(
    (row) => `${row.user_agent}\n${row.referrer}${row.excluded_paths ? `\n${row.pathname}\n${row.excluded_paths.join(' ')}` : ''}`,
    (row) => rules.counts({ ...row, verdict: null }),
  );
  return {
    counts: (row) => row.verdict === null && isGood(row),
    agent: once((row) => `${row.width} ${row.user_agent}`, rules.agent),
    source: once((row) => `${row.hostname}\n${row.referrer}\n${row.query}\n${row.click_id}`, rules.source),
  };
}

function once<T>(keyOf: (row: LogRow) => string, rule: (row: LogRow) => T): (row: LogRow) => T {
  const known = new Map<string, { answer: T }>();
  return (row) => {
    const key = keyOf(row);
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = { answer: rule(row) }));
    return found.answer;
  };
}
