import { domainRules } from '../oracle/domain-rules.ts';
import { expectLaws } from './hold.ts';
import { openProjectionWorkshop } from './workshop.ts';

describe('the projections', () => {
  it('keep all laws and equal the oracle over arbitrary logs, batches and restarts', async () => {
    await expectLaws(openProjectionWorkshop, {
      rules: domainRules,
      numRuns: Number(process.env['LAW_RUNS'] ?? 12),
      spamReferrers: ['semalt.com'],
    });
  }, 300_000);
});
