// server/dashboard: an app's colour, as style for elements and as value for the canvas of the charts.

/** @import { Colour } from '../dashboard-types.ts' */

/**
 * The custom properties that everything drawn in an app's colour reads.
 *
 * @param {HTMLElement} node
 * @param {Colour | undefined} colour
 */
export function paint(node, colour) {
  node.style.setProperty('--c', expression(colour));
  node.style.setProperty('--on-c', `var(--on-hue-${colour?.hue ?? 0})`);
}

/**
 * What a canvas can draw with: the colour as it is in the present theme.
 *
 * @param {Colour | undefined} colour
 */
export function canvasColour(colour, alpha = 1) {
  return resolve(`color-mix(in srgb, ${expression(colour)} ${alpha * 100}%, transparent)`);
}

/** @param {string} name of a custom property, without its dashes */
export function themeColour(name) {
  return resolve(`var(--${name})`);
}

/** @param {Colour | undefined} colour */
function expression(colour) {
  const { hue, shade } = colour ?? { hue: 0, shade: 0 };
  const base = `var(--hue-${hue})`;
  if (shade === 1) return `color-mix(in oklab, ${base} 62%, white)`;
  if (shade === 2) return `color-mix(in oklab, ${base} 68%, black)`;
  return base;
}

/** @param {string} css */
function resolve(css) {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = css;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
