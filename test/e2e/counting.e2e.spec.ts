import { stopSharedServer } from './harness.ts';

// What is sent, by whom, and what becomes of it while its site changes and when it is gone.
import './batches.part.ts';
import './hostile-text.part.ts';
import './other-clients.part.ts';
import './site-changes.part.ts';
import './erasure.part.ts';

afterAll(stopSharedServer);
