import type { ActorKind } from '../../domain/actor.ts';
import type { AdminEvent } from './admin-events.ts';
import type { ProjectionEvent } from './projection-events.ts';
import type { SystemEvent } from './system-events.ts';

/**
 * The vocabulary of `log_events`: past tense, readonly, closed; each type at its newest schema version. A changed shape
 * is a new version, with an upcaster from the one before (`upcast.ts`) and a golden fixture of each.
 */
export type DomainEvent = AdminEvent | ProjectionEvent | SystemEvent;

export type EventType = DomainEvent['type'];
export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

/**
 * Personal or operational data that an erasure may blank: e-mail addresses, lists of addresses. Kept apart from the
 * rest, under the names that the fields have in `before` and `after`.
 */
export interface PrivateFields {
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** An event with what the log records beside it. */
export type NewEvent = DomainEvent & {
  /** `site:<uuid>`, and so `folder:`, `alert:`, `key:`, `session:`; `projection:<name>`, `parked`, `log`. */
  readonly stream: string;
  /** The stream's version before it (0: new), or null for "whatever it is". */
  readonly expectedVersion: number | null;
  /** `user:…`, `key:…`, `cli:<operating-system user>` or `system`. */
  readonly actor: string;
  /** Default: what `actor` begins with. */
  readonly actorKind?: ActorKind;
  readonly commandId: string;
  /** Position of the event that led to this one. */
  readonly causation?: bigint;
  /** Which command was decided, such as `CreateSite`. None: the system noted a fact. */
  readonly command?: string;
  /** Public id of the site that it is about. */
  readonly site?: string;
  /** The changed fields as they were; null: it was not there. */
  readonly before?: Readonly<Record<string, unknown>> | null;
  /** The changed fields as they are; null: it is gone. */
  readonly after?: Readonly<Record<string, unknown>> | null;
  readonly private?: PrivateFields;
};
