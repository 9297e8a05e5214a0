/** The page that the script is on, as far as several parts of it ask. */

export const doc = document as Document & { prerendering?: boolean };

/** Whatever happens in here, the page must not notice: a lost hit is ours to bear, an error in someone's page is not. */
export const quietly =
  <A extends unknown[]>(work: (...args: A) => unknown) =>
  (...args: A): void => {
    try {
      work(...args);
    } catch {
      // Nobody to tell.
    }
  };

/**
 * Listens at the window, on the way down: before any listener of the page can stop the event, and also to events that
 * do not bubble. `types` are separated by spaces.
 */
export const on = <E extends Event>(types: string, listener: (event: E) => unknown) =>
  types.split(' ').map((type) => addEventListener(type, listener as (event: Event) => void, true));

/**
 * The script's own tag. `currentScript` is null in a module; there it is found by its name, and a renamed one by an
 * attribute that it is likely to have. Without any tag nothing is counted: it says where hits go.
 */
export const tag = (doc.currentScript ||
  doc.querySelector('[data-api],[src*=antics]')) as HTMLScriptElement;

/** The tag's `data-…` attributes: those it has are `in` here, empty where they have no value. */
export const options: DOMStringMap = tag.dataset;
