import { Command } from '@nestjs/cqrs';

export interface OpenedSession {
  readonly id: string;
  /** For the cookie: only its hash is stored. */
  readonly token: string;
  readonly expires_at: string;
}

/** Opens a session by a link's token, which is used up by that. Rejects with `NotSignedIn` where it is no good. */
export class OpenSession extends Command<OpenedSession> {
  readonly token: string;

  constructor(token: string) {
    super();
    this.token = token;
  }
}
