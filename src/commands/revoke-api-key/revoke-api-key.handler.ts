import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { RevokeApiKey, type RevokedApiKey } from './revoke-api-key.command.ts';
import { revokeApiKey } from './revoke-api-key.ts';

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ id, sight, context }: RevokeApiKey): Promise<RevokedApiKey> {
    return revokeApiKey(this.db, { id, sight }, context, systemClock);
  }
}
