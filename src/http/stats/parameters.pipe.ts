import type { PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { InvalidInput, type FieldError } from '../../platform/errors.ts';

/**
 * Reads the parameters of a query string into a class with rules of class-validator, and names every wrong one. Those
 * that the class does not know are ignored: a link may carry what is meant for others.
 *
 * @throws InvalidInput with a pointer a parameter, such as `/limit`
 */
export class ParametersPipe<T extends object> implements PipeTransform<unknown, T> {
  private readonly shape: Type<T>;

  constructor(shape: Type<T>) {
    this.shape = shape;
  }

  transform(raw: unknown): T {
    const parameters = plainToInstance(this.shape, { ...(raw as object) });
    const errors = validateSync(parameters, { whitelist: true, stopAtFirstError: true }).map(
      ({ property, constraints = {} }): FieldError => ({
        pointer: `/${property}`,
        detail: Object.values(constraints)[0] ?? 'is not valid',
      }),
    );
    if (errors.length === 0) return parameters;
    const message = errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join('; ');
    throw new InvalidInput(`${message}.`, errors);
  }
}
