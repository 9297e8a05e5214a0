import { stopSharedServer } from './harness.ts';

// What is asked by whoever administers. The audit comes first: what others delete is on record once it is erased.
import './audit.part.ts';
import './sites.part.ts';
import './keys.part.ts';
import './access.part.ts';
import './idempotency.part.ts';
import './unreadable.part.ts';

afterAll(stopSharedServer);
