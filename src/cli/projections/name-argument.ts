import { Argument, InvalidArgumentError } from 'commander';
import { messageOf } from '../../platform/errors.ts';
import { projectionNamed, projectionNames } from '../../projections/operate/projection-names.ts';
import { CATALOG } from '../../projections/views.ts';

/** What an operator can name: an argument of most of these commands. */
export function nameArgument(): Argument {
  return new Argument('<name|all>', `one of ${projectionNames(CATALOG).join(', ')}`).argParser((text: string): string => {
    try {
      return projectionNamed(CATALOG, text);
    } catch (e) {
      throw new InvalidArgumentError(messageOf(e));
    }
  });
}
