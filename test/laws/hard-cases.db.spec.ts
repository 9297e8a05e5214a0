import { domainRules } from '../oracle/domain-rules.ts';
import { expectLawsOfHardCase, HARD_CASE_NAMES } from './hold.ts';
import { openProjectionWorkshop } from './workshop.ts';

describe('the projections', () => {
  it.each(HARD_CASE_NAMES)('keep all laws and equal the oracle where %s', async (name) => {
    await expectLawsOfHardCase(openProjectionWorkshop, name, domainRules);
  });
});
