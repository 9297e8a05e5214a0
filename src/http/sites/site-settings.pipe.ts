import type { PipeTransform } from '@nestjs/common';
import { checkSiteList, type SiteListName } from '../../domain/site-lists.ts';
import { InvalidInput, type FieldError } from '../../platform/errors.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { UpdateSiteDto } from './site-settings.dto.ts';

const LISTS: readonly SiteListName[] = ['excluded_ips', 'excluded_paths', 'query_keys', 'aliases'];

/** Reads the settings of a site; of a list each bad entry is named, such as `/excluded_ips/2`, not the list. */
export class SiteSettingsPipe implements PipeTransform<unknown, Promise<UpdateSiteDto>> {
  private readonly body = new BodyPipe(UpdateSiteDto);

  async transform(value: unknown): Promise<UpdateSiteDto> {
    try {
      return await this.body.transform(value);
    } catch (e) {
      if (!(e instanceof InvalidInput)) throw e;
      const errors = e.errors.flatMap((error) => entriesOf(error, value));
      throw new InvalidInput(`${errors.map((x) => `${x.pointer.slice(1)} ${x.detail}`).join('; ')}.`, errors);
    }
  }
}

function entriesOf(error: FieldError, body: unknown): FieldError[] {
  const name = LISTS.find((list) => error.pointer === `/${list}`);
  const list = name === undefined ? undefined : (body as Readonly<Record<string, unknown>>)[name];
  if (name === undefined || !Array.isArray(list)) return [error];
  return checkSiteList(name, list).faults.map(({ index, reason }) => ({
    pointer: index === null ? `/${name}` : `/${name}/${index}`,
    detail: reason,
  }));
}
