import { closeSharedContractApp } from './contract-app.ts';

// What is answered of a site's figures, by one application: to load it takes longer than most of these tests.
import './stats.part.ts';
import './over-time.part.ts';
import './export.part.ts';

afterAll(closeSharedContractApp);
