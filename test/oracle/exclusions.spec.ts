import fc from 'fast-check';

import { pathMatcher } from '../../src/domain/exclusion.ts';
import { pageView } from '../given.ts';
import { isExcluded } from './exclusions.ts';
import { rowsOf } from './log-row.ts';

it('calls the same paths excluded as the domain does', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'é', '/', '*', '.', '('), maxLength: 6 });
  const path = fc.string({ unit: fc.constantFrom('a', 'é', '/', '.', '('), maxLength: 6 });
  const query = fc.constantFrom('', '?q=a', '?q=/');
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 3 }), path, query, (patterns, bare, asked) => {
      const [row] = rowsOf({ siteId: 1, timezone: 'UTC' }, [pageView(`/${bare}${asked}`)]);
      if (row === undefined) throw new Error('no row');
      const found = isExcluded({ ...row, excluded_paths: patterns.map((p) => `/${p}`) });
      expect(found).toBe(pathMatcher(patterns.map((p) => `/${p}`))(row.pathname));
    }),
    { numRuns: 2000 },
  );
});
