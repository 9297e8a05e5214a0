import { closeSharedRoom } from './browser.ts';

// The tests of a page by itself, in one room: to open one takes longer than most of them.
import './static-site.part.ts';
import './routers.part.ts';
import './events.part.ts';
import './surroundings.part.ts';
import './vitals.part.ts';
import './plausible.part.ts';

afterAll(closeSharedRoom);
