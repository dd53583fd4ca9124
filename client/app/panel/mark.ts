import type { QualityView } from './quality.ts';

const SVG = 'http://www.w3.org/2000/svg';
const BARS = [1, 2, 3] as const;
let count = 0;

function bars(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 14');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('quality__bars');
  for (const bar of BARS) {
    const rect = document.createElementNS(SVG, 'rect');
    const height = 2 + bar * 4;
    for (const [name, value] of Object.entries({ x: bar * 5 - 4, y: 14 - height, width: 4, height, rx: 1 }))
      rect.setAttribute(name, String(value));
    svg.append(rect);
  }
  return svg;
}

/** The quality of a call: bars and a word; the figures come with the mouse or the keyboard's focus. */
export function qualityMark() {
  const element = document.createElement('span');
  const word = document.createElement('span');
  const figures = document.createElement('span');
  const svg = bars();
  element.className = 'quality';
  element.tabIndex = 0;
  figures.className = 'quality__figures';
  figures.setAttribute('role', 'tooltip');
  figures.id = `quality-${++count}`;
  element.setAttribute('aria-describedby', figures.id);
  element.append(svg, word, figures);
  return {
    element,
    show(view: QualityView | null): void {
      element.hidden = view === null;
      if (!view) return;
      element.dataset.bars = String(view.bars);
      word.textContent = view.word;
      figures.textContent = view.figures;
      svg.querySelectorAll('rect').forEach((rect, index) => {
        rect.classList.toggle('on', index < view.bars);
      });
    },
  };
}
