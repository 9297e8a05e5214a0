import { SCOPES } from '../../domain/api-key.ts';
import { parseInstant } from '../../domain/instant.ts';
import { cleanName, MAX_NAME } from '../../domain/names.ts';
import { cleanText } from '../../domain/text.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { EventOf } from '../../log/events/event.ts';
import { InvalidInput, NotAllowed, type FieldError } from '../../platform/errors.ts';
import { invalidFields } from '../invalid-fields.ts';
import { ENVIRONMENT_KEY } from './environment-key.ts';
import type { KeyIssuer, NewApiKey } from './issue-api-key.command.ts';

const MAX_ACCOUNT = 100;
const MAX_SITES = 1000;
/** Of those that an answer names. A list of sites that is wrong throughout is told by its beginning. */
const MAX_FAULTS = 100;
/** Of those that its one sentence names. */
const MAX_IN_DETAIL = 5;

export type ApiKeyIssued = EventOf<'ApiKeyIssued'>;

/** What is in a key but the key itself. */
export type CheckedApiKey = Pick<ApiKeyIssued['data'], 'name' | 'account' | 'scopes' | 'site_ids' | 'expires_at'>;

/** A key as far as it can be read, and what was wrong with it. */
export interface ReadApiKey extends CheckedApiKey {
  readonly errors: readonly FieldError[];
}

/** What the fields say by themselves. @param now after which it has to expire */
export function readNewApiKey(key: NewApiKey, issuer: KeyIssuer, now: Date): ReadApiKey {
  const errors: FieldError[] = [];
  const fault = (pointer: string, detail: string): void => void errors.push({ pointer, detail });
  return {
    name: readName(key.name, fault),
    account: readAccount(key.account, issuer, fault),
    scopes: readScopes(key.scopes, fault),
    site_ids: readSiteIds(key.site_ids, issuer, fault),
    expires_at: readExpiry(key.expires_at, now, fault),
    errors,
  };
}

/**
 * @param known those of its sites that are there, and of its account
 * @throws InvalidInput naming every field that is wrong; NotAllowed
 */
export function decideIssueApiKey(
  { errors, ...key }: ReadApiKey,
  issuer: KeyIssuer,
  known: readonly string[],
  made: { readonly id: string; readonly hash: Buffer; readonly now: Date },
): ApiKeyIssued {
  const { siteIds } = issuer.sight;
  const unseen = (key.site_ids ?? []).flatMap((id, i): FieldError[] => {
    if (id === NO_ID || (known.includes(id) && (siteIds?.includes(id) ?? true))) return [];
    return [{ pointer: `/site_ids/${i}`, detail: SITE_RULE }];
  });
  if (errors.length + unseen.length > 0) throw tell([...errors, ...unseen]);
  checkWidth(key, issuer);
  return {
    type: 'ApiKeyIssued',
    schemaVersion: 1,
    data: { id: made.id, ...key, hash: made.hash.toString('hex'), created_at: made.now.toISOString() },
  };
}

/** The faults of single sites leave room for those of the other fields. */
function tell(faults: readonly FieldError[]): InvalidInput {
  const isOfSite = ({ pointer }: FieldError): boolean => pointer.startsWith('/site_ids/');
  let room = MAX_FAULTS - faults.filter((fault) => !isOfSite(fault)).length;
  const told = faults.filter((fault) => !isOfSite(fault) || room-- > 0);
  const { message } = invalidFields(told.slice(0, MAX_IN_DETAIL));
  const more = faults.length - MAX_IN_DETAIL;
  return new InvalidInput(more > 0 ? `${message.slice(0, -1)}; and ${more} more.` : message, told);
}

/** No key is wider than who issued it. */
function checkWidth(key: CheckedApiKey, issuer: KeyIssuer): void {
  if (issuer.sight.groups !== null) throw new NotAllowed('Members of a group issue no keys: a key is limited to no group.');
  if (issuer.sight.account !== null && key.account !== issuer.sight.account) {
    throw new NotAllowed('This key issues keys of its own account only.');
  }
  const lacking = issuer.scopes.includes('admin') ? [] : key.scopes.filter((scope) => !issuer.scopes.includes(scope));
  if (lacking.length > 0) throw new NotAllowed(`Nobody gives a scope that they lack: ${lacking.join(', ')}.`);
}

type Fault = (pointer: string, detail: string) => void;

/** Stands for what is no id, and is on the list of faults already. */
export const NO_ID = '';
const SITE_RULE = 'must be the id of a site that is there, of the same account';
/** Nothing that a terminal or a header would act on. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

function readName(value: unknown, fault: Fault): string {
  const rule = `must be text of 1 to ${MAX_NAME} characters`;
  const name = typeof value === 'string' ? cleanName(value) : '';
  if (name === '' || [...name].length > MAX_NAME) fault('/name', rule);
  else if (name === ENVIRONMENT_KEY) fault('/name', 'must be another: this is the key that the environment sets');
  return name;
}

function readAccount(value: unknown, { sight }: KeyIssuer, fault: Fault): string | null {
  if (value === undefined || value === null) return sight.account;
  // Refused rather than mended: two spellings of one account must not become a third.
  const account = typeof value === 'string' ? cleanText(value).trim() : '';
  if (!PRINTABLE.test(account) || [...account].length > MAX_ACCOUNT) {
    fault('/account', `must be a name of 1 to ${MAX_ACCOUNT} printable characters, or null`);
  }
  return account;
}

function readScopes(value: unknown, fault: Fault): string[] {
  const all = SCOPES.join(', ');
  if (!Array.isArray(value) || value.length === 0) {
    fault('/scopes', `must be a list of one or more of ${all}`);
    return [];
  }
  // Of a list that is too long the first one too many is told, and not thousands.
  const list = (value as unknown[]).slice(0, SCOPES.length + 1);
  return list.map((scope, i) => {
    if (!SCOPES.some((one) => one === scope)) fault(`/scopes/${i}`, `must be one of ${all}`);
    else if (list.indexOf(scope) < i) fault(`/scopes/${i}`, 'must not be there twice');
    return String(scope);
  });
}

function readSiteIds(value: unknown, { sight }: KeyIssuer, fault: Fault): string[] | null {
  if (value === undefined || value === null) {
    if (sight.siteIds !== null) fault('/site_ids', 'must be a list of sites of this key, which is limited to some');
    return null;
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SITES) {
    fault('/site_ids', `must be null or a list of 1 to ${MAX_SITES} ids of sites`);
    return [];
  }
  const seen = new Set<string>();
  return (value as unknown[]).map((entry, i) => {
    const id = typeof entry === 'string' ? entry.toLowerCase() : '';
    if (!isUuid(id)) fault(`/site_ids/${i}`, SITE_RULE);
    else if (seen.has(id)) fault(`/site_ids/${i}`, 'must not be there twice');
    else {
      seen.add(id);
      return id;
    }
    return NO_ID;
  });
}

function readExpiry(value: unknown, now: Date, fault: Fault): string | null {
  if (value === undefined || value === null) return null;
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at === undefined) fault('/expires_at', 'must be a time such as 2030-01-31T12:00:00Z, or null');
  else if (at <= now.getTime()) fault('/expires_at', 'must be in the future');
  else return new Date(at).toISOString();
  return null;
}
