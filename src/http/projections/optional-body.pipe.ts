import { BodyPipe } from '../problem/body.pipe.ts';

/** The same for a body that need not be there: whoever leaves out every field may leave out the body. */
export class OptionalBodyPipe<T extends object> extends BodyPipe<T> {
  override transform(value: unknown): Promise<T> {
    return super.transform(value ?? {});
  }
}
