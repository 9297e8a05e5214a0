import type { DomainEvent, EventOf, EventType, PrivateFields } from './event.ts';

/** An event as it is stored, at whatever schema version it was recorded. */
export interface StoredEvent {
  readonly type: string;
  readonly schema_version: number;
  readonly data: unknown;
}

type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** From the version that is the key to the next one. Pure: what is not in the event cannot be asked for later. */
const UPCASTERS: Readonly<Record<string, Readonly<Record<number, Upcaster>>>> = {
  // Before accounts every site was the operator's own.
  SiteCreated: { 1: (data) => ({ ...data, account: null }) },
};

/** The newest version of each type. */
export const SCHEMA_VERSIONS: { readonly [T in EventType]: EventOf<T>['schemaVersion'] } = {
  SiteCreated: 2,
  SiteChanged: 1,
  SiteMoved: 1,
  SiteDeleted: 1,
  SiteErased: 1,
  FolderCreated: 1,
  FolderChanged: 1,
  FolderDeleted: 1,
  AlertCreated: 1,
  AlertDeleted: 1,
  AlertStarted: 1,
  AlertStopped: 1,
  ApiKeyIssued: 1,
  ApiKeyRetired: 1,
  ApiKeyRevoked: 1,
  SignInLinkMade: 1,
  SessionOpened: 1,
  SessionRevoked: 1,
  ProjectionSwitched: 1,
  ProjectionDiscarded: 1,
  HitDiscarded: 1,
  LogTrimmed: 1,
  SaltsDestroyed: 1,
  LogResumed: 1,
};

/** The event at the newest version of its type. Throws for one that this version of Antics does not know. */
export function upcast(stored: StoredEvent): DomainEvent {
  const newest = (SCHEMA_VERSIONS as Readonly<Record<string, number | undefined>>)[stored.type];
  if (newest === undefined) throw new Error(`the log holds an event of a type that is not known: ${stored.type}`);
  let data = stored.data as Readonly<Record<string, unknown>>;
  for (let version = stored.schema_version; version < newest; version++) {
    const step = UPCASTERS[stored.type]?.[version];
    if (step === undefined) throw new Error(`no upcaster of ${stored.type} from version ${version}`);
    data = step(data);
  }
  if (stored.schema_version > newest) {
    throw new Error(`the log holds ${stored.type} at version ${stored.schema_version}, newer than this Antics`);
  }
  return { type: stored.type, schemaVersion: newest, data } as unknown as DomainEvent;
}

/** An event of the log for a read model's fold. */
export interface Recorded<E extends DomainEvent = DomainEvent> {
  readonly event: E;
  /** Of its stream. */
  readonly version: number;
  /** What an erasure blanked reads as null. */
  readonly private: PrivateFields | null;
}
