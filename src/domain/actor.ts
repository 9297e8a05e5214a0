/** How the actor was known. */
export type ActorKind = 'user' | 'key' | 'session' | 'cli' | 'system';

/** Whoever decided something. */
export interface Actor {
  /** `user:…`, `key:…`, `cli:<operating-system user>` or `system`. */
  readonly name: string;
  readonly kind: ActorKind;
}
