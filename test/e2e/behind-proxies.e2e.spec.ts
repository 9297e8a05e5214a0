// What a proxy adds to a request, and who may say it. Servers of their own, but loaded once.
import './proxy-headers.part.ts';
import './proxies.part.ts';
