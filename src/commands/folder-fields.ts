import { cleanGroup, cleanName, groupFault, nameFault } from '../domain/names.ts';
import type { FieldError } from '../platform/errors.ts';
import { invalidFields } from './invalid-fields.ts';

export interface FolderFields {
  readonly name?: string | undefined;
  /** Whose members see the folder's sites; null: nobody but admins. */
  readonly authelia_group?: string | null | undefined;
}

export interface CheckedFolder {
  readonly name?: string;
  readonly authelia_group?: string | null;
}

/** The fields given, as they will be stored. @throws InvalidInput naming each that is wrong */
export function checkFolder({ name, authelia_group: group }: FolderFields): CheckedFolder {
  const errors: FieldError[] = [];
  const check = (pointer: string, detail: string | undefined): void => {
    if (detail !== undefined) errors.push({ pointer, detail });
  };
  if (name !== undefined) check('/name', nameFault(name));
  if (typeof group === 'string') check('/authelia_group', groupFault(group));
  if (errors.length > 0) throw invalidFields(errors);
  return {
    ...(name !== undefined && { name: cleanName(name) }),
    ...(group !== undefined && { authelia_group: group === null ? null : cleanGroup(group) }),
  };
}
