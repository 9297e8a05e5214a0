import { InvalidInput, type FieldError } from '../platform/errors.ts';

export const FOLDER_RULE = 'must be the id of a folder that is there, or null';
export const TIME_ZONE_RULE = 'must be the name of a time zone such as Europe/Berlin';

/** One error that names all fields that are wrong. */
export function invalidFields(errors: readonly FieldError[]): InvalidInput {
  const fields = errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`);
  return new InvalidInput(`${fields.join('; ')}.`, errors);
}
