import { el } from './card/dom.ts';

/** Opens a page of the portal over the current one: a document of its own, with its own frame (fact 1.1). */
export const openSlider = (href: string): void => {
  const url = new URL(href, location.href);
  url.searchParams.set('IFRAME', 'Y');
  const close = el('button', { type: 'button', class: 'slider-close', title: 'Close', 'data-slider-close': '' }, '×');
  const frame = el('iframe', { class: 'slider-frame', src: url.href, title: 'Slider' });
  const shade = el(
    'div',
    { class: 'slider', 'data-slider-open': url.pathname },
    el('div', { class: 'slider-panel' }, close, frame),
  );
  const shut = (): void => shade.remove();
  close.addEventListener('click', shut);
  shade.addEventListener('click', (event) => {
    if (event.target === shade) shut();
  });
  document.body.append(shade);
};

export const initSliders = (): void => {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-slider]') : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openSlider(link.href);
  });
};
