import { on, options } from './page.ts';
import type { Props } from './wire.ts';

type Track = (name: string, props?: Props) => void;

const EXTENSIONS = 'pdf|zip|docx?|xlsx?|pptx?|csv|txt|exe|dmg|pkg|7z|rar|gz|mp[34]|mov|wav';

/** Events that the page's HTML names, and those that the script's tag asks for. One click, one event. */
export const watchClicks = (track: Track): void =>
  on('click auxclick submit', (event: MouseEvent & SubmitEvent) => {
    const isSubmit = event.type === 'submit';
    const target = (event.submitter || event.target) as Element;
    const link = target.closest<HTMLAnchorElement>('a[href]');
    const named = target.closest<HTMLElement>('[data-antics-event]');
    // The middle button opens links and does nothing else; the right one opens a menu.
    if (event.button && (event.button > 1 || !link)) return;

    if (named && isSubmit === (named.tagName === 'FORM')) {
      const props: Props = {};
      for (const { name, value } of named.attributes) {
        const key = name.split('data-antics-event-')[1];
        if (key) props[key] = value;
      }
      track(named.dataset.anticsEvent!, props);
    } else if (isSubmit) {
      // Not for a form whose button is named: the click on that was the event.
      if (!named && 'forms' in options) track('Form: Submission', { form: (event.target as HTMLFormElement).id });
    } else if (link) {
      const { href, host, pathname } = link;
      const { downloads } = options;
      if (
        downloads !== undefined &&
        new RegExp(`\\.(${downloads.replace(/\W+/g, '|') || EXTENSIONS})$`, 'i').test(pathname)
      ) {
        track('File Download', { url: href.split('?')[0]!.slice(0, 2000) });
      } else if ('outbound' in options && host && host !== location.host) {
        track('Outbound Link: Click', { url: href.slice(0, 2000) });
      }
    }
  });
