import { NotFound } from '../../platform/errors.ts';
import { newestViews, type Catalog } from '../catalog.ts';

/** Facts and every view upon them. */
export const WHOLE = 'all';

/** What an operator can name: `all`, or one view. */
export function projectionNames(catalog: Catalog): string[] {
  return [WHOLE, ...newestViews(catalog).map(({ name }) => name)];
}

/** The name that a text means; `facts` is another word for `all`, since nothing is left without them. @throws NotFound */
export function projectionNamed(catalog: Catalog, text: string): string {
  const names = projectionNames(catalog);
  const name = text === 'facts' ? WHOLE : text;
  if (!names.includes(name)) throw new NotFound(`There is no such projection: it is one of ${names.join(', ')}.`);
  return name;
}
