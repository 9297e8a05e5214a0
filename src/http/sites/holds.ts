import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import { checkSiteList, type SiteListName } from '../../domain/site-lists.ts';

/** What is wrong with a field, or undefined. */
export type Fault = (value: string) => string | undefined;

/** A rule of the domain, checked with the types, so that all bad fields are named at once. */
export function Holds(fault: Fault): PropertyDecorator {
  const of = (value: unknown): string | undefined => (typeof value === 'string' ? fault(value) : 'must be text');
  return ValidateBy({
    name: 'holds',
    validator: {
      validate: (value: unknown) => of(value) === undefined,
      defaultMessage: (given?: ValidationArguments) => of(given?.value) ?? '',
    },
  });
}

/** A field that need not be given, but is not null when it is. */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

/** A list of a site's settings. `SiteSettingsPipe` then names the entries that are wrong. */
export function HoldsList(name: SiteListName): PropertyDecorator {
  return ValidateBy({
    name: 'holdsList',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && checkSiteList(name, value).faults.length === 0,
      defaultMessage: () => 'must be a list of texts',
    },
  });
}
