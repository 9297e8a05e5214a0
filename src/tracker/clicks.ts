import { on, options, quietly } from './page.ts';
import type { Props } from './wire.ts';

/** Events that the page's HTML names, and, in the whole, those that the script's tag asks for. One click, one event. */
export const watchClicks = (track: (name: string, props?: Props) => void) =>
  on(
    'click auxclick submit',
    quietly((event: MouseEvent & SubmitEvent) => {
      const isClick = event.type !== 'submit';
      const target = (event.submitter || event.target) as Element;
      const link = WHOLE && target.closest('a');
      const named = target.closest<HTMLFormElement>('[data-antics-event]'); // a form or not
      // The middle button opens links as the left one does; the right one opens a menu.
      if (event.button > 1) return;

      if (named && isClick === !named.submit) {
        // Props are the JSON of an object, and go out as that text.
        track(named.dataset.anticsEvent!, named.dataset.anticsProps);
      } else if (WHOLE && !isClick) {
        // Not for a form whose button is named: the click on that was the event.
        if (!named && 'forms' in options) track('Form: Submission', { form: (event.target as Element).id });
      } else if (link) {
        if (
          'downloads' in options &&
          RegExp(`\\.(${options.downloads || 'pdf|zip|docx?|xlsx?|pptx?|csv|exe|dmg|mp[34]'})$`, 'i').test(link.pathname)
        ) {
          track('File Download', { url: link.href.split('?')[0] });
        } else if ('outbound' in options && link.host && link.host !== location.host) {
          track('Outbound Link: Click', { url: link.href });
        }
      }
    }),
  );
