import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { IssueApiKey, type IssuedApiKey } from './issue-api-key.command.ts';
import { issueApiKey } from './issue-api-key.ts';

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler implements ICommandHandler<IssueApiKey> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ key, issuer, context }: IssueApiKey): Promise<IssuedApiKey> {
    return issueApiKey(this.db, key, issuer, context, systemClock);
  }
}
