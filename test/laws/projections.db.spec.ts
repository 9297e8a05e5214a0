import { domainRules } from '../oracle/domain-rules.ts';
import { expectLaws } from './hold.ts';
import { OLDER_VERSIONS } from './versions.ts';
import { openProjectionWorkshop } from './workshop.ts';

// Each takes seconds, and every run tries others: LAW_RUNS asks for more.
const runs = Number(process.env['LAW_RUNS'] ?? 6);
const options = { rules: domainRules, spamReferrers: ['semalt.com'] };

describe('the projections', () => {
  it('keep all laws and equal the oracle over arbitrary logs, batches and restarts', async () => {
    await expectLaws(openProjectionWorkshop, { ...options, numRuns: runs });
  }, 300_000);

  it.each(OLDER_VERSIONS)('keep them with %s, too, which a database may hold', async (_name, catalog) => {
    await expectLaws(() => openProjectionWorkshop(catalog), { ...options, numRuns: Math.ceil(runs / 3) });
  }, 300_000);
});
