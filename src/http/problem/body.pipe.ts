import type { PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { InvalidInput, type FieldError } from '../../platform/errors.ts';

/**
 * Reads a body as a DTO with class-validator's decorators; fields that it does not have are ignored. Each bad field is
 * named by a JSON pointer.
 * ```ts
 * create(@Body(new BodyPipe(CreateSiteDto)) body: CreateSiteDto)
 * ```
 */
export class BodyPipe<T extends object> implements PipeTransform<unknown, Promise<T>> {
  private readonly dto: new () => T;

  constructor(dto: new () => T) {
    this.dto = dto;
  }

  async transform(value: unknown): Promise<T> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidInput('The body must be a JSON object.', [{ pointer: '', detail: 'must be a JSON object' }]);
    }
    const body = plainToInstance(this.dto, value);
    const faults = await validate(body, { whitelist: true, stopAtFirstError: true });
    const errors = faults.flatMap((fault) => fieldErrors(fault, ''));
    if (errors.length > 0) {
      throw new InvalidInput(`${errors.map((e) => `${e.pointer.slice(1)} ${e.detail}`).join('; ')}.`, errors);
    }
    return body;
  }
}

function fieldErrors(fault: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${fault.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.values(fault.constraints ?? {}).map((message) => ({
    pointer,
    // class-validator begins with the field's name.
    detail: message.startsWith(`${fault.property} `) ? message.slice(fault.property.length + 1) : message,
  }));
  return [...own, ...(fault.children ?? []).flatMap((child) => fieldErrors(child, pointer))];
}
