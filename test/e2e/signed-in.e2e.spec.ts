// Who asks, by cookie, proxy or key, and what of it. Servers of their own, but loaded once.
import './access-table.part.ts';
import './folders.part.ts';
import './sessions.part.ts';
import './csrf.part.ts';
